import Glibc

/// A lock of a file against other gateways, until `release` or the end of the process.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Nil if another gateway has the lock and this one does not wait. Creates the file.
    static func take(_ path: String, waits: Bool = false) throws(GatewayError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw GatewayError.system("cannot open \(path)") }
        let lock = FileLock(descriptor)
        while flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return nil }
            guard errno == EINTR else { throw GatewayError.system("cannot lock \(path)") }
        }
        return lock
    }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }

    deinit {
        close(descriptor)
    }
}
