import CPostgreSQL

/// The values of one statement in PostgreSQL's binary format, in buffers that are used again for the next.
struct PostgreSQLParameters {
    private var bytes: [UInt8] = []
    /// Where each value lies; nil for NULL.
    private var places: [Range<Int>?] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    mutating func set(_ values: [any Bindable]) {
        bytes.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for value in values {
            let start = bytes.count
            switch value.parameter {
            case .null:
                places.append(nil)
                continue
            case .integer(let number): append(UInt64(bitPattern: number))
            case .boolean(let isTrue): bytes.append(isTrue ? 1 : 0)
            case .text(let text): bytes.append(contentsOf: text.utf8)
            case .bytes(let value): bytes.append(contentsOf: value)
            case .id(let high, let low):
                append(high)
                append(low)
            }
            places.append(start..<bytes.count)
        }
        // libpq takes an empty value only from an address, and an empty array may have none.
        bytes.append(0)
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Hands the values to `send` as libpq wants them: addresses, lengths, formats.
    mutating func send(
        _ send: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
    ) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            pointers.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            formats.removeAll(keepingCapacity: true)
            for place in places {
                pointers.append(place.map { (buffer.baseAddress! + $0.lowerBound).assumingMemoryBound(to: CChar.self) })
                lengths.append(Int32(place?.count ?? 0))
                formats.append(1)
            }
            return send(Int32(places.count), pointers, lengths, formats)
        }
    }
}

extension ParameterKind {
    /// PostgreSQL's own number of the type, which never changes. Said when a statement is prepared, for what the server
    /// would guess from the text is narrower: `$1 - 5` an INT4.
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
