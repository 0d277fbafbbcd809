import Glibc
import Kernel

/// A listening TCP socket. It does not block, and programs started later do not inherit it.
package struct ListeningSocket: Sendable {
    package let descriptor: Int32
    package let address: Address

    /// Port 0 selects a free one. Throws if another program uses the port, because ports are never shared. Blocks while
    /// it looks up the host, so it is for the start of a program. `setOptions` sets options that accepted sockets inherit.
    package init(
        on address: Address, backlog: Int32, setOptions: (Int32) -> Void = { _ in }
    ) throws(ListenError) {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var problem = "the host has no address"
        for candidate in try SocketAddress.all(of: address, AI_PASSIVE) {
            let descriptor = socket(candidate.family, flags, 0)
            guard descriptor >= 0 else {
                problem = String(cString: strerror(errno))
                continue
            }
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
            setOptions(descriptor)
            if candidate.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0,
                let bound = SocketAddress(filledBy: { getsockname(descriptor, $0, $1) })
            {
                self.descriptor = descriptor
                self.address = Address(host: address.host, port: bound.port)
                return
            }
            problem = Self.words(for: errno, port: address.port)
            Glibc.close(descriptor)
        }
        throw ListenError(address, problem)
    }

    private static func words(for problem: Int32, port: UInt16) -> String {
        switch problem {
        case EADDRINUSE: "another program is using port \(port); stop it or choose another port"
        case EACCES: "port \(port) is reserved for root; choose one above 1023"
        case EADDRNOTAVAIL: "this machine does not have that address"
        default: String(cString: strerror(problem))
        }
    }
}

/// The reason why a program cannot listen on an address.
package struct ListenError: Error, Equatable, CustomStringConvertible {
    package let address: Address
    package let problem: String

    package init(_ address: Address, _ problem: String) {
        self.address = address
        self.problem = problem
    }

    package var description: String { "cannot listen on \(address): \(problem)" }
}

/// An address in the form of the system.
package struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// Nil if `fill`, a call of the system that writes an address, fails.
    package init?(filledBy fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
        let result = withUnsafeMutableBytes(of: &storage) { [length] storage in
            var length = length
            return fill(storage.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result >= 0 else { return nil }
        length = Self.length(of: family)
    }

    package init(copying address: UnsafePointer<sockaddr>) {
        let length = Self.length(of: Int32(address.pointee.sa_family))
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
        self.length = length
    }

    /// All addresses of a host. `flags` are those of getaddrinfo(3). Blocks for a name, but not with AI_NUMERICHOST, which
    /// refuses names.
    package static func all(of address: Address, _ flags: Int32) throws(ListenError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let problem = getaddrinfo(address.host, "\(address.port)", &hints, &found)
        guard problem == 0 else {
            throw ListenError(address, "\(address.host): \(String(cString: gai_strerror(problem)))")
        }
        defer { freeaddrinfo(found) }
        return list(found)
    }

    /// Copies the list that a lookup returns.
    package static func list(_ first: UnsafeMutablePointer<addrinfo>?) -> [SocketAddress] {
        sequence(first: first, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.map {
            SocketAddress(copying: $0!.pointee.ai_addr)
        }
    }

    package var family: Int32 { Int32(storage.ss_family) }

    /// IPv4 and IPv6 store the port at the same place.
    package var port: UInt16 {
        withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// The digits of the address, without the port.
    package var host: String {
        withPointer { address, length in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
                text.initialize(repeating: 0)
                getnameinfo(address, length, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                return String(cString: text.baseAddress!)
            }
        }
    }

    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length) }
    }

    private static func length(of family: Int32) -> socklen_t {
        socklen_t(family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }
}
