import CSQLite
import Glibc
import Kernel

/// Reserves disk space. Invariant: the database file has space for each page that a commit may add, before the commit.
/// So a checkpoint needs no more space, and the log can be emptied on a full disk.
extension SQLiteConnection {
    /// The database file grows by this number of bytes.
    private static let growthBytes = 1 << 20
    /// The write runs again if at least this number of bytes was freed. A new log alone takes 1 MB.
    static let worthwhileBytes = 2 << 20
    /// A disk with so much room counts as writable, whatever the size of the write that failed.
    private static let largestRoom = 64 << 20
    private static let pageCount: Statement = "pragma page_count"

    /// Makes SQLite keep the file size a multiple of `growthBytes`, so that it does not release the reserved space. If
    /// the size is not a multiple, SQLite would extend the file to one without reserving the space. Then it keeps whole
    /// pages.
    func growInPieces() {
        let isWhole = FileStatus(of: fileDescriptor).map { $0.byteCount % Self.growthBytes == 0 } ?? false
        var bytes = CInt(isWhole ? Self.growthBytes : SQLiteTuning.pageBytes)
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_CHUNK_SIZE, &bytes)
    }

    /// Reserves the space for the pages of the database, before a commit.
    func reserveSpace() throws(DatabaseError) {
        guard fileDescriptor >= 0, hasWritten else { return }
        let needed = Int(try run(Self.pageCount)) * SQLiteTuning.pageBytes
        guard let size = FileStatus(of: fileDescriptor)?.byteCount, size < needed else { return }
        defer { growInPieces() }
        let rounded = (needed + Self.growthBytes - 1) / Self.growthBytes * Self.growthBytes
        var code = posix_fallocate(fileDescriptor, off_t(size), off_t(rounded - size))
        if code == ENOSPC || code == EDQUOT {
            code = posix_fallocate(fileDescriptor, off_t(size), off_t(needed - size))
        }
        guard code == ENOSPC || code == EDQUOT || code == EFBIG else { return }
        throw DatabaseError(sqlite: SQLITE_FULL, String(cString: strerror(code)))
    }

    /// After a full disk, moves the log into the reserved space of the file and truncates it. Returns the number of
    /// freed bytes. If readers still need the log, it stays for the next call.
    func emptyLog() -> Int {
        guard let log = logPath, let before = FileStatus(of: log), !isInTransaction else { return 0 }
        sqlite3_busy_timeout(handle, Int32(SQLiteTuning.readerTimeout.milliseconds))
        defer { sqlite3_busy_timeout(handle, Int32(SQLiteTuning.lockTimeout.milliseconds)) }
        sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        return before.byteCount - (FileStatus(of: log)?.byteCount ?? 0)
    }

    /// Records how full the disk is: `missingBytes` is the smallest size without room, counted in powers of two.
    func noteFullDisk() {
        missingBytes = Self.worthwhileBytes
        while missingBytes < Self.largestRoom, hasRoom { missingBytes *= 2 }
    }

    /// True while the disk has no more room than when a write failed.
    var isDiskFull: Bool {
        if missingBytes > 0, hasRoom { missingBytes = 0 }
        return missingBytes > 0
    }

    private var hasRoom: Bool {
        guard let path = databasePath, let slash = path.lastIndex(of: "/") else { return true }
        return onsale_has_room(String(path[...slash]), missingBytes) == 1
    }

    private var logPath: String? { databasePath.map { $0 + "-wal" } }

    /// Nil in memory.
    private var databasePath: String? {
        sqlite3_db_filename(handle, "main").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
