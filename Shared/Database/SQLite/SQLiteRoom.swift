import CSQLite
import Glibc
import Kernel

/// Room on the disk. Invariant: each page that a commit may add has its place in the database file before the commit. So a
/// checkpoint needs no room, and the log can be emptied on a full disk.
extension SQLiteConnection {
    /// By how much the database file grows.
    private static let growth = 1 << 20
    /// What emptying the log gives back if another try of the write is worth it. A new log has 1 MB already.
    static let worthwhile = 2 << 20

    /// SQLite keeps the file a multiple of the growth, so it does not give back what `reserve` took.
    func growInPieces() {
        var bytes = CInt(Self.growth)
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_CHUNK_SIZE, &bytes)
    }

    /// Before a commit: takes the room for the pages of the database.
    func reserveRoom() throws {
        guard fileDescriptor >= 0, hasWritten else { return }
        let needed = Int(try number("pragma page_count")) * SQLiteTuning.pageBytes
        var status = stat()
        guard fstat(fileDescriptor, &status) == 0 else { return }
        let size = Int(status.st_size)
        guard size < needed else { return }
        let rounded = (needed + Self.growth - 1) / Self.growth * Self.growth
        var code = posix_fallocate(fileDescriptor, off_t(size), off_t(rounded - size))
        if code == ENOSPC || code == EDQUOT {
            code = posix_fallocate(fileDescriptor, off_t(size), off_t(needed - size))
        }
        guard code == ENOSPC || code == EDQUOT || code == EFBIG else { return }
        throw failing(DatabaseError(sqlite: SQLITE_FULL, String(cString: strerror(code))))
    }

    /// After a full disk: moves the log into the file, whose room is reserved, and truncates it. Returns the bytes that this
    /// gave back. Readers that still need the log keep it; the next call tries again.
    func emptyLog() -> Int {
        guard let log = logPath, let before = FileStatus(of: log), !isInTransaction else { return 0 }
        sqlite3_busy_timeout(handle, Int32(SQLiteTuning.readerPatience.milliseconds))
        defer { sqlite3_busy_timeout(handle, Int32(SQLiteTuning.lockPatience.milliseconds)) }
        sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        return before.byteCount - (FileStatus(of: log)?.byteCount ?? 0)
    }

    private var logPath: String? {
        sqlite3_db_filename(handle, "main").map { String(cString: $0) + "-wal" }
    }
}
