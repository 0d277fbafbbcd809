import Glibc
import Kernel
import TestSupport

/// A minimal HTTP client. Waits on a separate thread, with a time limit.
enum HTTP {
    struct Unreachable: Error {}

    static func get(_ path: String, from address: Address) async throws -> String {
        try await send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", to: address)
    }

    /// Returns all bytes that arrive before the server closes the connection.
    static func send(_ request: String, to address: Address) async throws -> String {
        let descriptor = try connect(to: address)
        defer { close(descriptor) }
        write(request, to: descriptor)
        var reply = ""
        while true {
            let part = try await read(from: descriptor)
            if part.isEmpty { return reply }
            reply += part
        }
    }

    /// Returns the first bytes of the answer. The connection stays open.
    static func exchange(_ request: String, over descriptor: Int32) async throws -> String {
        write(request, to: descriptor)
        return try await read(from: descriptor)
    }

    static func hasAnswer(_ descriptor: Int32, within milliseconds: Int = 0) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, Int32(milliseconds)) > 0
    }

    /// Connects from 127.0.0.`host`.
    static func connect(to address: Address, from host: UInt8 = 1) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let source = loopback(host, port: 0) { bind(descriptor, $0, $1) }
        let result = loopback(1, port: address.port) { Glibc.connect(descriptor, $0, $1) }
        guard source == 0, result == 0 else {
            close(descriptor)
            throw Unreachable()
        }
        return descriptor
    }

    private static func loopback(
        _ host: UInt8, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7f00_0000 + UInt32(host)).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Returns an empty text if the server has closed the connection.
    static func read(from descriptor: Int32) async throws -> String {
        try await onThread {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            guard hasAnswer(descriptor, within: Patience.milliseconds) else { throw Patience.Over("nothing comes") }
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
    }
}
