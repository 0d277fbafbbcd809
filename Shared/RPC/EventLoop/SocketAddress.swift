import CUV
import Glibc
import Kernel
import Messages

/// The kernel's form of an address.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    var family: Int32 { Int32(storage.ss_family) }

    init() {}

    init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        self.length = length
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// Nil if the host is a name that needs a lookup.
    init?(numeric address: Address) {
        self.init()
        let port = Int32(address.port)
        let isKnown = withUnsafeMutableBytes(of: &storage) { storage in
            let base = storage.baseAddress!
            return uv_ip4_addr(address.host, port, base.assumingMemoryBound(to: sockaddr_in.self)) == 0
                || uv_ip6_addr(address.host, port, base.assumingMemoryBound(to: sockaddr_in6.self)) == 0
        }
        guard isKnown else { return nil }
        length = socklen_t(
            family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    /// Resolves a host. It blocks, so use it only while a program starts.
    static func resolve(_ address: Address) -> Result<[SocketAddress], Problem> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let problem = getaddrinfo(address.host, String(address.port), &hints, &found)
        guard problem == 0 else { return .failure(Problem(String(cString: gai_strerror(problem)))) }
        defer { freeaddrinfo(found) }
        return .success(list(found))
    }

    static func list(_ first: UnsafeMutablePointer<addrinfo>?) -> [SocketAddress] {
        sequence(first: first, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.map {
            SocketAddress(copying: $0!.pointee.ai_addr, length: $0!.pointee.ai_addrlen)
        }
    }

    struct Problem: Error {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length) }
    }

    mutating func accept(from socket: Int32) -> Int32 {
        let accepted = fill { Glibc.accept(socket, $0, $1) }
        if accepted >= 0 { _ = fcntl(accepted, F_SETFD, FD_CLOEXEC) }
        return accepted
    }

    mutating func readName(of socket: Int32) -> Int32 {
        fill { getsockname(socket, $0, $1) }
    }

    private mutating func fill(_ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
        -> Int32
    {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { storage in
            body(storage.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
    }

    var port: UInt16 {
        withUnsafeBytes(of: storage) { storage in
            family == AF_INET6
                ? UInt16(bigEndian: storage.load(as: sockaddr_in6.self).sin6_port)
                : UInt16(bigEndian: storage.load(as: sockaddr_in.self).sin_port)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: storage) { storage in
            if family == AF_INET6 {
                _ = uv_ip6_name(storage.baseAddress!.assumingMemoryBound(to: sockaddr_in6.self), &text, text.count)
            } else {
                _ = uv_ip4_name(storage.baseAddress!.assumingMemoryBound(to: sockaddr_in.self), &text, text.count)
            }
        }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Address(host: host, port: port).description
    }
}

/// Opens a bound, listening socket.
enum ListeningSocket {
    static func open(on address: Address, backlog: Int32) throws(ListenError) -> (socket: Int32, address: Address) {
        let candidates: [SocketAddress]
        switch SocketAddress.resolve(address) {
        case .success(let found): candidates = found
        case .failure(let problem): throw ListenError(address, "\(address.host): \(problem.text)")
        }
        var problem = "the host has no address"
        for candidate in candidates {
            let opened = socket(
                candidate.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard opened >= 0 else {
                problem = String(cString: strerror(errno))
                continue
            }
            var yes: Int32 = 1
            setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
            var bound = SocketAddress()
            if candidate.withPointer({ bind(opened, $0, $1) }) == 0, Glibc.listen(opened, backlog) == 0,
                bound.readName(of: opened) == 0
            {
                return (opened, Address(host: address.host, port: bound.port))
            }
            problem = words(for: errno, port: address.port)
            Glibc.close(opened)
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
