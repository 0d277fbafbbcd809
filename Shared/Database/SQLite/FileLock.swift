import Glibc
import Threads

/// Keeps a SQLite database to one process. Held until the object goes away, or the process does, however it ends.
///
/// There are two locks, because a file may have several paths. The lock on `FILE.lock`, beside the resolved path, holds
/// the number of the process for the error message. The lock on the database file itself belongs to its device and inode,
/// so a bind mount or another name does not escape it.
final class FileLock: Sendable {
    /// The path without symbolic links, which SQLite names its log after.
    let path: String
    private let lockDescriptor: CInt
    private let file = Lock<LockedFile?>(nil)

    init(beside path: String) throws {
        self.path = try FilePath.resolved(path)
        let lockPath = self.path + ".lock"
        lockDescriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lockDescriptor >= 0 else {
            throw DatabaseError(
                .setup,
                "\(lockPath) cannot be written (\(Self.reason())): the folder must exist and belong to this program's user"
            )
        }
        // From here on `deinit` runs, also after a throw: all of this object is there already.
        guard flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Self.inUse(self.path, by: Self.holder(lockDescriptor))
        }
        // Only for the message above; the lock is what counts.
        ftruncate(lockDescriptor, 0)
        _ = "\(getpid())".withCString { pwrite(lockDescriptor, $0, strlen($0), 0) }
        if let status = FileStatus(of: self.path) { try lockFile(status) }
    }

    deinit {
        file.withLock { $0 = nil }
        // Unlock before closing, because a child process that is just being started may still share the descriptor.
        flock(lockDescriptor, LOCK_UN)
        close(lockDescriptor)
    }

    /// Creates the database file, which must not exist, and locks it.
    func create() throws {
        let created = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard created >= 0 else {
            throw DatabaseError(.setup, "\(path) cannot be created: \(Self.reason())")
        }
        close(created)
        guard let status = FileStatus(of: path) else {
            throw DatabaseError(.setup, "\(path) was removed while it was being created: \(Self.reason())")
        }
        try lockFile(status)
    }

    /// The database file, open for reading and writing; -1 before there is one. Nobody else closes it.
    var fileDescriptor: CInt { file.withLock { $0?.descriptor ?? -1 } }

    private func lockFile(_ status: FileStatus) throws {
        try status.refuseSecondName(path)
        // A folder in the place of the file: SQLite has an error for it.
        guard status.isRegular else { return }
        let locked = try LockedFile(path, status.identity)
        file.withLock { $0 = locked }
    }

    static func inUse(_ path: String, by process: String) -> DatabaseError {
        DatabaseError(
            .setup,
            """
            \(path) is in use by process \(process): one process at a time may have a SQLite file open. \
            Stop that one first, or use PostgreSQL, which several can share
            """)
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
