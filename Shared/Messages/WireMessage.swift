/// A message on the wire without a descriptor: the values of each field in their order.
package struct WireMessage {
    private var singles: [UInt64: [UInt64]] = [:]
    private var contents: [UInt64: [ArraySlice<UInt8>]] = [:]

    package init(_ bytes: ArraySlice<UInt8> = []) throws {
        try bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            while !reader.isAtEnd {
                let tag = try reader.tag()
                switch tag & 7 {
                case WireType.varint: singles[tag >> 3, default: []].append(try reader.varint())
                case WireType.bytes:
                    let count = try reader.bytes().count
                    let end = bytes.endIndex - reader.rest.count
                    contents[tag >> 3, default: []].append(bytes[end - count..<end])
                default: try reader.skip(tag & 7)
                }
            }
        }
    }

    /// All numbers of a field, alone or packed after a length.
    package func numbers(_ field: UInt64) throws -> [Int] {
        let packed = try contents[field, default: []].flatMap { content in
            try content.withUnsafeBytes { bytes in
                var reader = WireReader(bytes)
                var numbers: [UInt64] = []
                while !reader.isAtEnd { numbers.append(try reader.varint()) }
                return numbers
            }
        }
        return (singles[field, default: []] + packed).map { Int(truncatingIfNeeded: $0) }
    }

    /// The last value of a field. Nil if it is not set.
    package func number(_ field: UInt64) -> Int? { singles[field]?.last.map { Int(truncatingIfNeeded: $0) } }

    package func flag(_ field: UInt64) -> Bool { number(field) == 1 }

    package func texts(_ field: UInt64) -> [String] {
        contents[field, default: []].map { String(decoding: $0, as: UTF8.self) }
    }

    package func text(_ field: UInt64) -> String { texts(field).last ?? "" }

    package func bytes(_ field: UInt64) -> [ArraySlice<UInt8>] { contents[field, default: []] }

    package func messages(_ field: UInt64) throws -> [WireMessage] { try bytes(field).map { try WireMessage($0) } }

    /// A single message. An option that is set member by member arrives as several: their bytes in a row are the message.
    package func message(_ field: UInt64) throws -> WireMessage? {
        try contents[field].map { try WireMessage(ArraySlice($0.joined())) }
    }
}
