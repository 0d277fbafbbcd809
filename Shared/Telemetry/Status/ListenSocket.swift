import Glibc
import Kernel

/// The reason why the program cannot listen at an address.
package struct PortError: Error, Equatable, CustomStringConvertible {
    package let address: Address
    package let reason: String

    package var description: String { "cannot listen at \(address): \(reason)" }
}

/// A listening TCP socket.
struct ListenSocket {
    static let backlog: Int32 = 1024

    let descriptor: Int32
    let address: Address

    /// Port 0 selects a free one. Throws if another program uses the port, because ports are never shared.
    static func open(_ address: Address) throws(PortError) -> ListenSocket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(address.host, "\(address.port)", &hints, &found)
        guard result == 0, let first = found?.pointee else {
            throw PortError(address: address, reason: String(cString: gai_strerror(result)))
        }
        defer { freeaddrinfo(found) }
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(first.ai_family, flags, 0)
        guard descriptor >= 0 else { throw PortError(address: address, reason: String(cString: strerror(errno))) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, backlog) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw PortError(address: address, reason: reason)
        }
        return ListenSocket(
            descriptor: descriptor, address: Address(host: address.host, port: port(of: descriptor)))
    }

    /// The bytes of an IPv4 or IPv6 address, without the port.
    static func host(of address: UnsafePointer<sockaddr>?) -> [UInt8] {
        guard let address else { return [] }
        let isIPv6 = Int32(address.pointee.sa_family) == AF_INET6
        let (offset, count) = isIPv6 ? (8, 16) : (4, 4)
        return [UInt8](UnsafeRawBufferPointer(start: UnsafeRawPointer(address) + offset, count: count))
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            guard let start = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                getsockname(descriptor, start, &length) == 0
            else { return 0 }
            // The port has the same offset for IPv4 and IPv6.
            return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
