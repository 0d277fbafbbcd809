import Glibc
import Kernel
import RPC

/// A plain TCP socket, to send bytes that our client never sends. Waits on a separate thread.
package final class RawSocket: Sendable {
    private let descriptor: Int32

    package init(to address: Address) throws {
        descriptor = try Self.connected(to: address)
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Returns a connected descriptor, which the caller closes.
    package static func connected(to address: Address) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = address.port.bigEndian
        inet_pton(AF_INET, address.host, &target.sin_addr)
        let connected = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, connected == 0 else { throw Problem(description: String(cString: strerror(errno))) }
        return descriptor
    }

    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    deinit {
        close(descriptor)
    }

    package func send(_ bytes: [UInt8]) async throws {
        try await onThread { [self] in try sendNow(bytes) }
    }

    private func sendNow(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Problem(description: "send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// The sizes of the kernel's buffers at the other end, which is in this process. Nil if it is not.
    package var bufferSizesOfPeer: (send: Int32, receive: Int32)? {
        let (own, other) = (Self.port(descriptor, getsockname), Self.port(descriptor, getpeername))
        let peer = (0..<min(getdtablesize(), 65536)).first {
            Self.port($0, getpeername) == own && Self.port($0, getsockname) == other
        }
        return peer.map { (Self.option(SO_SNDBUF, of: $0), Self.option(SO_RCVBUF, of: $0)) }
    }

    private static func port(
        _ descriptor: Int32, _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> in_port_t? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &size) }
        }
        return result == 0 && address.sin_family == sa_family_t(AF_INET) ? address.sin_port : nil
    }

    private static func option(_ option: Int32, of descriptor: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, option, &value, &size)
        return value
    }

    /// Shuts down the sending direction.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Returns the received envelopes when the peer closes, or when `isEnough` is true. Throws after 5 seconds without
    /// bytes.
    package func envelopes(
        until isEnough: @escaping @Sendable ([Envelope]) -> Bool = { _ in false }
    ) async throws -> [Envelope] {
        try await onThread { [self] in try receive(until: isEnough) }
    }

    private func receive(until isEnough: ([Envelope]) -> Bool) throws -> [Envelope] {
        var cutter = FrameCutter()
        var envelopes: [Envelope] = []
        while !isEnough(envelopes), let part = try receivePart() {
            envelopes += cutter.frames(in: part[...]).compactMap(Envelope.init(frame:))
        }
        return envelopes
    }

    /// Nil at the end. Throws after 5 seconds without bytes.
    private func receivePart() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
        guard count > 0 else { throw Problem(description: "receive: \(String(cString: strerror(errno)))") }
        return Array(buffer.prefix(count))
    }

    /// Returns the received bytes when the peer closes, or when `isEnough` is true. Throws after 5 seconds without bytes.
    package func bytes(
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        try await onThread { [self] in
            var bytes: [UInt8] = []
            while !isEnough(bytes), let part = try receivePart() { bytes += part }
            return bytes
        }
    }
}
