import CPostgreSQL

/// The values of one statement in PostgreSQL's binary format. The next statement reuses the buffers.
final class PostgreSQLParameters: Binder {
    private(set) var types: [Oid] = []
    private var buffer: [UInt8] = []
    /// The range of each value in `buffer`. Nil for NULL.
    private var ranges: [Range<Int>?] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// Starts the values of the next statement.
    func removeAll() {
        types.removeAll(keepingCapacity: true)
        buffer.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
    }

    override func null(_ kind: ParameterKind) {
        types.append(kind.typeOID)
        ranges.append(nil)
    }

    override func integer(_ value: Int64) { append(.integer) { $0.appendBigEndian(UInt64(bitPattern: value)) } }
    override func boolean(_ value: Bool) { append(.boolean) { $0.append(value ? 1 : 0) } }
    override func text(_ value: String) { append(.text) { $0.append(contentsOf: value.utf8) } }
    override func bytes(_ value: [UInt8]) { append(.bytes) { $0.append(contentsOf: value) } }

    override func id(high: UInt64, low: UInt64) {
        append(.id) { bytes in
            bytes.appendBigEndian(high)
            bytes.appendBigEndian(low)
        }
    }

    private func append(_ kind: ParameterKind, _ write: (inout [UInt8]) -> Void) {
        let start = buffer.count
        write(&buffer)
        types.append(kind.typeOID)
        ranges.append(start..<buffer.count)
    }

    /// Passes the values to `send` in libpq's form: addresses, lengths, formats.
    func send(_ send: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32) -> Int32 {
        // libpq needs an address also for an empty value, and an empty array may have none.
        buffer.append(0)
        return buffer.withUnsafeBytes { buffer in
            pointers.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            formats.removeAll(keepingCapacity: true)
            for place in ranges {
                pointers.append(place.map { (buffer.baseAddress! + $0.lowerBound).assumingMemoryBound(to: CChar.self) })
                lengths.append(Int32(place?.count ?? 0))
                formats.append(1)
            }
            return send(Int32(ranges.count), pointers, lengths, formats)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ number: UInt64) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension ParameterKind {
    /// PostgreSQL's number of the type, which never changes. It is sent with each statement to prepare, because the
    /// server infers a narrower type from the text: INT4 for `$1 - 5`.
    var typeOID: Oid {
        switch self {
        case .integer: 20
        case .boolean: 16
        case .text: 25
        case .bytes: 17
        case .id: 2950
        }
    }
}
