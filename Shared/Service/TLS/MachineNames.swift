import Glibc
import Threads

/// The names and addresses by which other programs reach this machine.
enum MachineNames {
    /// Names before addresses, each once.
    static var all: [String] {
        var names = ["localhost", "127.0.0.1", "::1"]
        for name in [hostName].compactMap({ $0 }) + addresses where !names.contains(name) { names.append(name) }
        return names
    }

    private static var hostName: String? {
        var text = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        guard gethostname(&text, text.count - 1) == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The addresses of the network interfaces, without those of the link only.
    private static var addresses: [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        return sequence(first: first, next: { $0?.pointee.ifa_next }).prefix { $0 != nil }.compactMap { entry in
            guard let address = entry?.pointee.ifa_addr,
                [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
            else { return nil }
            let host = SocketAddress(copying: address).host
            return host.contains("%") ? nil : host
        }
    }
}
