import Kernel

/// The header of the PROXY protocol, version 2: a proxy sends it before the bytes of its client.
package struct ProxyHeader {
    package enum Reading {
        case needsMore
        case header(ProxyHeader)
        case malformed(String)
    }

    /// The first byte, which begins neither a frame nor TLS.
    package static let firstByte = signature[0]
    private static let signature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]
    private static let fixedBytes = 16
    /// The maximum size of addresses and extensions.
    private static let longestRestBytes = 2048
    /// Version 2 in the upper half of a byte, and the command in the lower half.
    private static let (local, proxy): (UInt8, UInt8) = (0x20, 0x21)

    package let byteCount: Int
    /// The client. Nil for a connection of the proxy itself, such as a health check.
    package let client: Address?

    /// The number of bytes to read next, for a reader that must not take bytes behind the header.
    package static func byteCount(afterReading bytes: [UInt8]) -> Int {
        guard bytes.count >= fixedBytes else { return fixedBytes - bytes.count }
        let restCount = bytes.withUnsafeBytes { Int(number($0, at: 14)) }
        return max(1, fixedBytes + restCount - bytes.count)
    }

    package static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard bytes.prefix(signature.count).elementsEqual(signature.prefix(bytes.count)) else {
            return .malformed("it begins with other bytes than version 2 of the PROXY protocol")
        }
        guard bytes.count >= fixedBytes else { return .needsMore }
        let restCount = Int(number(bytes, at: 14))
        guard restCount <= longestRestBytes else {
            return .malformed("its PROXY header has \(restCount) bytes; at most \(longestRestBytes) are allowed")
        }
        guard bytes.count >= fixedBytes + restCount else { return .needsMore }
        let addresses = UnsafeRawBufferPointer(rebasing: bytes[fixedBytes..<fixedBytes + restCount])
        switch (bytes[12], bytes[13]) {
        case (local, _), (proxy, 0): return .header(ProxyHeader(byteCount: fixedBytes + restCount, client: nil))
        case (proxy, let family):
            guard let client = client(in: addresses, family: family) else {
                return .malformed("its PROXY header has no IPv4 or IPv6 address")
            }
            return .header(ProxyHeader(byteCount: fixedBytes + restCount, client: client))
        default: return .malformed("its PROXY header has an unknown version or command")
        }
    }

    /// The first address, of the client. The second one is that of the proxy.
    private static func client(in addresses: UnsafeRawBufferPointer, family: UInt8) -> Address? {
        let width: Int
        switch family >> 4 {
        case 1: width = 4
        case 2: width = 16
        default: return nil
        }
        guard addresses.count >= 2 * width + 4, let address = IPAddress(bytes: addresses[..<width]) else { return nil }
        return Address(host: "\(address)", port: number(addresses, at: 2 * width))
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }
}
