import CSQLite
import Glibc
import Threads

extension SQLiteConnection {
    /// One at a time in a process: a second one would open and close the file, which drops the locks of the first.
    private static let isBackingUp = Lock(())

    /// Copies the database at `file`, which another process may be using.
    static func backup(of file: String, to path: String) throws {
        try isBackingUp.withLock { _ in
            let source = try FilePath.resolved(file)
            do {
                try refuseOtherNames(source)
                let connection = try SQLiteConnection(file: source, isWriting: false, nil)
                try connection.backup(to: path)
            } catch let error as DatabaseError {
                throw DatabaseError(error.reason, "\(file): \(error.message)")
            }
        }
    }

    /// SQLite finds the log by the name of the file. Under another name it would be missed, and its rows with it.
    private static func refuseOtherNames(_ path: String) throws {
        guard let status = FileStatus(of: path), status.isRegular else { return }
        try status.refuseSecondName(path)
        guard FileStatus(of: path + "-wal") == nil, LockedFile.isLocked(path, status.identity) else { return }
        throw DatabaseError(
            .setup,
            """
            a process has it open under another name, and its log has that name, too: name the file as that process does
            """)
    }

    /// Copies the database as it is now, page by page, while others write. The copy has its name only once it is complete.
    func backup(to path: String) throws {
        guard access(path, F_OK) != 0 else { throw Self.exists(path) }
        let partial = path + ".partial"
        let descriptor = try Self.claim(partial)
        defer { Glibc.close(descriptor) }
        do {
            try copy(to: partial)
            // Not over a file that was made meanwhile.
            guard onsale_rename_new(partial, path) == 0 else {
                if errno == EEXIST { throw Self.exists(path) }
                throw DatabaseError(.setup, "\(path) cannot be written: \(FileLock.reason())")
            }
        } catch {
            unlink(partial)
            throw error
        }
        Self.syncFolder(of: path)
    }

    private static func exists(_ path: String) -> DatabaseError {
        DatabaseError(.misuse, "\(path) exists already: a backup overwrites nothing, choose another name")
    }

    /// Returns a descriptor of the empty file `path`; as long as it is open, no other backup writes to that file.
    private static func claim(_ path: String) throws -> CInt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseError(.setup, "\(path) cannot be written: \(FileLock.reason())")
        }
        var status = stat()
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0,
            FileStatus(of: path)?.identity == FileIdentity(status)
        else {
            Glibc.close(descriptor)
            throw DatabaseError(.setup, "another backup writes \(path): wait for it, or choose another name")
        }
        // What a backup left that was killed.
        ftruncate(descriptor, 0)
        return descriptor
    }

    private func copy(to path: String) throws {
        let target = try SQLiteConnection(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, faults: nil)
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw DatabaseError(sqlite: sqlite3_extended_errcode(target.handle), "the backup cannot begin")
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw DatabaseError(sqlite: code, "the backup was not finished") }
    }

    /// The rename itself must survive a power loss, too.
    static func syncFolder(of path: String) {
        let folder = open(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        Glibc.close(folder)
    }
}
