import Glibc

/// That only one process writes a file. Held until the object goes away, or the process does, however it ends.
///
/// It is a file of its own beside the database: closing any descriptor of the database itself would drop the locks that
/// SQLite holds on it.
final class FileLock: Sendable {
    private let descriptor: CInt

    init(beside path: String) throws {
        let lockPath = path + ".lock"
        descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseError(
                .setup,
                "\(lockPath) cannot be written (\(Self.reason())): the folder must exist and belong to this program's user"
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // The descriptor is closed by `deinit`, which runs: all of this object is there already.
            throw DatabaseError(
                .setup,
                """
                \(path) is in use by process \(Self.holder(descriptor)): one process at a time may have a SQLite file open. \
                Stop that one first, or use PostgreSQL, which several can share
                """)
        }
        // Only for the message above; the lock is what counts.
        ftruncate(descriptor, 0)
        _ = "\(getpid())".withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit {
        // Said, not left to the closing: a child that is just being started has the descriptor, too, until it is a program of
        // its own.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: CInt) -> String {
        let digits = withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { buffer in
            let count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return digits.isEmpty ? "?" : digits
    }

    static func reason() -> String { String(cString: strerror(errno)) }
}
