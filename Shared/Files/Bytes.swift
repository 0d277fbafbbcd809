import Glibc

/// Reads and writes open files, pipes and terminals. Signals do not interrupt it.
package enum Bytes {
    /// The bytes up to the end, or the first `limit` ones. In pieces, because a pipe has no known size.
    package static func read(_ descriptor: CInt, atMost limit: Int = .max) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &piece, min(piece.count, limit - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError() }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    package static func write(_ text: String, to descriptor: CInt) throws(SystemError) {
        try write(Array(text.utf8), to: descriptor)
    }

    package static func write(_ bytes: [UInt8], to descriptor: CInt) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw SystemError() }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
