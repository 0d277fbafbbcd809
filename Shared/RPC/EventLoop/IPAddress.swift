import Glibc

/// An IPv4 or IPv6 address. An IPv4 address in the form of IPv6 (`::ffff:10.0.0.1`) becomes IPv4.
package struct IPAddress: Hashable, Sendable {
    private static let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]

    /// 4 or 16 bytes.
    let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes.starts(with: Self.mappedPrefix) && bytes.count == 16 ? Array(bytes[12...]) : bytes
    }

    /// Nil for a name or any other text.
    package init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            guard inet_pton(family, text, &bytes) == 1 else { continue }
            self.init(bytes: bytes)
            return
        }
        return nil
    }

    /// The address with zeros after its first `bitCount` bits.
    func prefix(_ bitCount: Int) -> IPAddress {
        var bytes = bytes
        for index in bytes.indices {
            let kept = min(8, max(0, bitCount - 8 * index))
            bytes[index] &= UInt8(truncatingIfNeeded: 0xff00 >> kept)
        }
        return IPAddress(unchecked: bytes)
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            text.initialize(repeating: 0)
            inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, text.baseAddress, socklen_t(text.count))
            return String(cString: text.baseAddress!)
        }
    }
}

/// All addresses with the same first bits: `10.0.0.0/8`. An address without `/` is a range of one.
package struct IPRange: Hashable, Sendable {
    private let first: IPAddress
    private let bitCount: Int

    /// Nil for any other text, also if bits after the prefix are set.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ IPAddress(String($0)) }), parts.count <= 2 else { return nil }
        let width = 8 * first.bytes.count
        guard let bitCount = parts.count == 1 ? width : Int(parts[1]), (0...width).contains(bitCount),
            first.prefix(bitCount) == first
        else { return nil }
        self.first = first
        self.bitCount = bitCount
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == first.bytes.count && address.prefix(bitCount) == first
    }
}

extension IPRange: CustomStringConvertible {
    package var description: String { "\(first)/\(bitCount)" }
}
