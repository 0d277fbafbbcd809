import Files
import Glibc

/// Reads the files that a user names, and those of the configuration folder.
enum InputFile {
    private static let maximumBytes = 1 << 20

    /// The text of the file that a flag names.
    static func required(_ path: String, by flag: String, isSecret: Bool) throws(GatewayError) -> String {
        if let text = try read(path, isSecret: isSecret) { return text }
        throw GatewayError(.file, "\(flag): there is no file \(path)")
    }

    /// The text of a file. Nil if there is no such file. Throws if the file is secret and other users can read it.
    static func read(_ path: String, isSecret: Bool) throws(GatewayError) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .system("cannot read \(path)")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .system("cannot read \(path)") }
        guard !isSecret || status.st_mode & 0o077 == 0 else {
            throw GatewayError(
                .file, "other users can read \(path)",
                hint: "Type: chmod 600 \(path). If another user may have read it, replace its secret")
        }
        guard let bytes = try? Bytes.read(file, atMost: maximumBytes + 1) else { throw .system("cannot read \(path)") }
        guard bytes.count <= maximumBytes else {
            throw GatewayError(.file, "\(path) is too large: the limit is \(maximumBytes) bytes")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension GatewayError {
    /// An error with the text of `errno`.
    static func system(_ problem: String) -> GatewayError { GatewayError(.file, "\(problem): \(SystemError())") }
}
