import CSQLite
import Glibc

extension SQLiteConnection {
    /// Copies the database as it is now, page by page, while others write. The copy has its name only once it is complete.
    func backup(to path: String) throws {
        guard access(path, F_OK) != 0 else {
            throw DatabaseError(.misuse, "\(path) exists already: a backup overwrites nothing, choose another name")
        }
        let partial = path + ".partial"
        unlink(partial)
        do {
            try copy(to: partial)
        } catch {
            unlink(partial)
            throw error
        }
        guard rename(partial, path) == 0 else {
            throw DatabaseError(.setup, "\(path) cannot be written: \(FileLock.reason())")
        }
        Self.syncFolder(of: path)
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
    private static func syncFolder(of path: String) {
        let folder = open(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        Glibc.close(folder)
    }
}
