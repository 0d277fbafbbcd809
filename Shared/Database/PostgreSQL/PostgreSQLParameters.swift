import CPostgreSQL

/// The values of one statement in PostgreSQL's binary format. The next statement reuses the buffers.
struct PostgreSQLParameters {
    private var bytes: [UInt8] = []
    /// The range of each value in `bytes`. Nil for NULL.
    private var ranges: [Range<Int>?] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    mutating func set(_ values: [any Bindable]) {
        bytes.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        for value in values {
            let start = bytes.count
            switch value.parameter {
            case .null:
                ranges.append(nil)
                continue
            case .integer(let number): append(UInt64(bitPattern: number))
            case .boolean(let isTrue): bytes.append(isTrue ? 1 : 0)
            case .text(let text): bytes.append(contentsOf: text.utf8)
            case .bytes(let value): bytes.append(contentsOf: value)
            case .id(let high, let low):
                append(high)
                append(low)
            }
            ranges.append(start..<bytes.count)
        }
        // libpq needs an address also for an empty value, and an empty array may have none.
        bytes.append(0)
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Passes the values to `send` in libpq's form: addresses, lengths, formats.
    mutating func send(
        _ send: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
    ) -> Int32 {
        bytes.withUnsafeBytes { buffer in
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
