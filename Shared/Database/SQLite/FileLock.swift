import Glibc
import Threads

/// Locks a SQLite database for one process, until the object is released or the process ends.
///
/// There are two locks, because a file may have several paths. `FILE.lock`, beside the resolved path, holds the id of
/// the process for the error message. The lock on the database file itself belongs to the inode. So it also works for a
/// bind mount or another name.
final class FileLock: Sendable {
    /// The path without symbolic links, from which SQLite derives the name of its log.
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
        // All properties are set: from here on `deinit` runs, also after a throw.
        guard flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Self.inUse(self.path, by: Self.holder(lockDescriptor))
        }
        // For the message above only: the lock decides, not the content.
        ftruncate(lockDescriptor, 0)
        _ = "\(getpid())".withCString { pwrite(lockDescriptor, $0, strlen($0), 0) }
        if let status = FileStatus(of: self.path) { try lockFile(status) }
    }

    deinit {
        file.withLock { $0 = nil }
        // Unlock before closing, because a child process that is being started may still share the descriptor.
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
            throw DatabaseError(
                .setup, "\(path) was removed while it was being created (\(Self.reason())): start again")
        }
        try lockFile(status)
    }

    /// The descriptor of the database file, for reading and writing. -1 before the file exists. Only this object closes
    /// it.
    var fileDescriptor: CInt { file.withLock { $0?.descriptor ?? -1 } }

    private func lockFile(_ status: FileStatus) throws {
        try status.refuseSecondName(path)
        // For a folder in place of the file, SQLite reports the error.
        guard status.isRegular else { return }
        let locked = try LockedFile(path, status.identity)
        file.withLock { $0 = locked }
    }

    static func inUse(_ path: String, by process: String) -> DatabaseError {
        DatabaseError(
            .setup,
            """
            \(path) is in use by process \(process): one process at a time may have a SQLite file open. \
            Stop that process first, or use PostgreSQL, which several processes can share
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
