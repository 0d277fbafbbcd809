import Kernel

/// Parses a file of /usr/share/zoneinfo (TZif, RFC 8536): the offsets of a zone over time.
struct ZoneFile {
    private static let headerByteCount = 44

    /// Times in seconds since 1970, ascending, each with the offset from then on.
    private(set) var changes: [(at: Int64, offset: ZoneOffset)] = []
    /// The offset before the first change.
    private(set) var first = ZoneOffset.utc
    /// The rule after the last change.
    private(set) var rule: ZoneRule?

    /// Nil if the bytes are not in this format.
    init?(_ bytes: [UInt8]) {
        // Skips the first block, which has 32-bit times. The second block has 64-bit times.
        guard let old = Header(bytes, at: 0),
            let header = Header(bytes, at: Self.headerByteCount + old.bodyByteCount(timeByteCount: 4))
        else { return nil }
        let body = bytes.dropFirst(header.end)
        let size = header.bodyByteCount(timeByteCount: 8)
        guard body.count >= size else { return nil }
        var reader = Reader(Array(body))
        let times = (0..<header.changeCount).map { _ in reader.number(of: 8) }
        let kinds = (0..<header.changeCount).map { _ in Int(reader.number(of: 1) & 0xff) }
        let raw = (0..<header.kindCount).map { _ in
            (seconds: reader.number(of: 4), isSummer: reader.number(of: 1), name: Int(reader.number(of: 1) & 0xff))
        }
        let names = (0..<header.nameByteCount).map { _ in UInt8(truncatingIfNeeded: reader.number(of: 1)) }
        let offsets = raw.map { kind in
            ZoneOffset(
                seconds: Int(kind.seconds),
                name: String(decoding: names.dropFirst(kind.name).prefix { $0 != 0 }, as: UTF8.self))
        }
        guard !offsets.isEmpty, kinds.allSatisfy({ $0 < offsets.count }) else { return nil }
        first = offsets[0]
        changes = zip(times, kinds).map { ($0, offsets[$1]) }
        let footer = body.dropFirst(size).drop { $0 == UInt8(ascii: "\n") }.prefix { $0 != UInt8(ascii: "\n") }
        rule = ZoneRule(String(decoding: footer, as: UTF8.self))
    }

    /// The header of a block: the six counts of its elements.
    private struct Header {
        let end: Int
        let utcCount, standardCount, leapCount, changeCount, kindCount, nameByteCount: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + headerByteCount, bytes[start...].starts(with: "TZif".utf8) else { return nil }
            var reader = Reader(Array(bytes[(start + 20)..<(start + headerByteCount)]))
            let counts = (0..<6).map { _ in Int(reader.number(of: 4)) }
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            (utcCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
            (changeCount, kindCount, nameByteCount) = (counts[3], counts[4], counts[5])
            end = start + headerByteCount
        }

        func bodyByteCount(timeByteCount: Int) -> Int {
            changeCount * (timeByteCount + 1) + kindCount * 6 + nameByteCount
                + leapCount * (timeByteCount + 4) + standardCount + utcCount
        }
    }

    /// Reads big-endian signed numbers one after the other.
    private struct Reader {
        private let bytes: [UInt8]
        private var index = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func number(of count: Int) -> Int64 {
            guard index + count <= bytes.count else { return 0 }
            defer { index += count }
            let start = Int64(Int8(bitPattern: bytes[index]))
            return bytes[(index + 1)..<(index + count)].reduce(start) { $0 << 8 | Int64($1) }
        }
    }
}

/// An offset from UTC and its name, such as `CET`.
struct ZoneOffset: Hashable, Sendable {
    static let utc = ZoneOffset(seconds: 0, name: "UTC")

    let seconds: Int
    let name: String
}
