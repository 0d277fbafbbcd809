import Glibc

/// Reads text files that a user names.
package enum TextFile {
    package static let usualMaximumBytes = 1 << 20

    /// Nil if there is no such file. Throws if the file is secret and other users can read it.
    package static func read(
        _ path: String, isSecret: Bool, maximumBytes: Int = usualMaximumBytes
    ) throws(TextFileError) -> String? {
        // Another user may have opened the pipe of standard input: then this user cannot open it by its path.
        let isInput = path == "/dev/stdin"
        let file = isInput ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .unreadable(path, "\(SystemError())")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable(path, "\(SystemError())") }
        guard !isSecret || status.st_mode & 0o077 == 0 else { throw .openToOthers(path) }
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try Bytes.read(file, atMost: maximumBytes + 1) } catch {
            throw .unreadable(path, "\(error)")
        }
        guard bytes.count <= maximumBytes else { throw .tooLarge(path, maximumBytes: maximumBytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

package enum TextFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(String, String)
    case openToOthers(String)
    case tooLarge(String, maximumBytes: Int)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .openToOthers(let path): "other users can read \(path)"
        case .tooLarge(let path, let maximum): "\(path) is too large: the limit is \(maximum) bytes"
        }
    }
}
