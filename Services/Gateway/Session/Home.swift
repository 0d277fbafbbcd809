import Glibc
import Kernel

/// The folder in which the gateway keeps what it must not forget, for this user of the machine alone.
package struct Home: Sendable {
    private static let mostFileBytes = 1 << 20

    let path: String

    /// `$XDG_CONFIG_HOME/onsale`, or else `~/.config/onsale`.
    init(_ environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        path = (variable("XDG_CONFIG_HOME") ?? (variable("HOME") ?? "/tmp") + "/.config") + "/onsale"
    }

    /// Nil where there is no such file. Refuses one that others could have read.
    func read(_ name: String) throws(GatewayError) -> String? {
        try Self.read("\(path)/\(name)")
    }

    static func read(_ path: String) throws(GatewayError) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw problem(path, "cannot be read")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw problem(path, "cannot be read") }
        guard status.st_mode & 0o077 == 0 else {
            throw GatewayError(
                .file, "\(path) can be read by others: type chmod 600 \(path), and sign in again if somebody did")
        }
        return String(decoding: try bytes(of: file, path), as: UTF8.self)
    }

    /// To the end: how much a pipe has, nothing says before.
    private static func bytes(of file: CInt, _ path: String) throws(GatewayError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw problem(path, "cannot be read") }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= mostFileBytes else {
                throw GatewayError(.file, "\(path) is larger than \(mostFileBytes) bytes")
            }
        }
    }

    /// When this returns, the text is on the disk, also after a power loss.
    func write(_ text: String, to name: String) throws(GatewayError) {
        try makeFolder()
        try Self.write(text, to: "\(path)/\(name)")
    }

    static func write(_ text: String, to path: String) throws(GatewayError) {
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw problem(path, "cannot be written") }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        close(file)
        guard isWritten, rename(draft, path) == 0 else {
            let problem = problem(path, "cannot be written")
            unlink(draft)
            throw problem
        }
        // A new name survives a power loss only when its folder is synced.
        let folder = open(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) + "/", O_RDONLY)
        guard folder >= 0 else { throw problem(path, "cannot be kept") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw problem(path, "cannot be kept") }
    }

    func remove(_ name: String) throws(GatewayError) {
        guard unlink("\(path)/\(name)") == 0 || errno == ENOENT else {
            throw Self.problem("\(path)/\(name)", "cannot be removed")
        }
    }

    /// Changes a file while no other gateway does.
    func update(
        _ name: String, _ change: (inout String) throws(GatewayError) -> Void
    ) throws(GatewayError) {
        try makeFolder()
        let lock = open("\(path)/\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.problem("\(path)/\(name).lock", "cannot be opened") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.problem("\(path)/\(name).lock", "cannot be locked") }
        }
        let before = try read(name) ?? ""
        var text = before
        try change(&text)
        if text != before { try write(text, to: name) }
    }

    private func makeFolder() throws(GatewayError) {
        var parent = ""
        for part in path.split(separator: "/") {
            parent += "/\(part)"
            guard mkdir(parent, 0o700) == 0 || errno == EEXIST || access(parent, X_OK) == 0 else {
                throw Self.problem(parent, "cannot be made")
            }
        }
        guard chmod(path, 0o700) == 0 else { throw Self.problem(path, "cannot be kept to this user") }
    }

    private static func problem(_ path: String, _ what: String) -> GatewayError {
        GatewayError(.file, "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}
