import CSQLite
import Files
import Glibc
import Threads

extension SQLiteConnection {
    /// Allows one backup at a time. A second one would open and close the file, which drops the locks of the first.
    private static let isBackingUp = Lock(())

    /// Copies the database at `file`, which another process may be using.
    static func backup(of file: String, to path: String) throws {
        try isBackingUp.withLock { _ in
            let source = try FilePath.resolved(file)
            try DatabaseError.naming(file) {
                try refuseOtherNames(source)
                try SQLiteConnection(file: source, isWriting: false).backup(to: path)
            }
        }
    }

    /// Refuses another name of the file, because SQLite derives the name of the log from it. It would miss the rows in
    /// the log.
    private static func refuseOtherNames(_ path: String) throws {
        guard let status = FileStatus(of: path), status.isRegular else { return }
        try status.refuseSecondName(path)
        guard FileStatus(of: path + "-wal") == nil, LockedFile.isLocked(path, status.identity) else { return }
        throw DatabaseError(
            .setup,
            """
            a process has the file open under another name, from which SQLite derives the name of the log: use that name
            """)
    }

    /// Copies a snapshot of the database, while other connections write. The copy gets its name when it is complete.
    func backup(to path: String) throws {
        guard access(path, F_OK) != 0 else { throw Self.exists(path) }
        let partial = path + ".partial"
        let descriptor = try Self.claim(partial)
        defer { Glibc.close(descriptor) }
        do {
            try copy(to: partial)
            // Fails if the file was created in the meantime.
            try AtomicFile.rename(partial, to: path, replacing: false)
        } catch {
            unlink(partial)
            guard let error = error as? SystemError else { throw error }
            if error.code == EEXIST { throw Self.exists(path) }
            throw DatabaseError(.setup, "\(path) cannot be written: \(error)")
        }
    }

    private static func exists(_ path: String) -> DatabaseError {
        DatabaseError(.misuse, "\(path) exists already, and a backup does not overwrite files: choose another name")
    }

    /// Returns a descriptor of the empty file `path`. While it is open, no other backup writes to that file.
    private static func claim(_ path: String) throws -> CInt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseError(.setup, "\(path) cannot be written: \(FileLock.reason())")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, let status = FileStatus(of: descriptor),
            FileStatus(of: path)?.identity == status.identity
        else {
            Glibc.close(descriptor)
            throw DatabaseError(.setup, "another backup is writing \(path): wait for it, or choose another name")
        }
        // A killed backup may have left a partial file.
        ftruncate(descriptor, 0)
        return descriptor
    }

    private func copy(to path: String) throws {
        let target = try SQLiteConnection(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw DatabaseError(sqlite: sqlite3_extended_errcode(target.handle), "the backup could not start")
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw DatabaseError(sqlite: code, "the backup failed") }
    }
}
