import CSQLite
import Kernel

/// The settings of a connection. README.md has the measurements that led to them.
enum SQLiteTuning {
    static let pageBytes = 4096
    /// The number of pages in the log that starts a checkpoint. A larger number causes fewer stalls and a longer log.
    static let checkpointPages = 10_000
    static let writingCacheKilobytes = 65_536
    /// The cache of each read connection. There may be many, and they share the cache of the operating system.
    static let readingCacheKilobytes = 16_384
    /// Time-out of the wait for a lock that an operator's tool holds.
    static let lockTimeout = Duration.seconds(1)
    /// Time-out of the wait for readers, when the log is emptied.
    static let readerTimeout = Duration.milliseconds(100)
}

extension SQLiteConnection {
    convenience init(file path: String, isWriting: Bool, _ fileSystem: String? = nil) throws {
        let creation = isWriting ? SQLITE_OPEN_CREATE : 0
        try self.init(path: path, flags: SQLITE_OPEN_READWRITE | creation, writesLog: isWriting, fileSystem: fileSystem)
        sqlite3_busy_timeout(handle, Int32(SQLiteTuning.lockTimeout.milliseconds))
        let cache = isWriting ? SQLiteTuning.writingCacheKilobytes : SQLiteTuning.readingCacheKilobytes
        try script("pragma cache_size = -\(cache); pragma temp_store = memory")
        if isWriting {
            guard sqlite3_db_readonly(handle, "main") == 0 else {
                throw DatabaseError(sqlite: SQLITE_READONLY, "the file is read-only")
            }
            try script("pragma page_size = \(SQLiteTuning.pageBytes)")
            guard try all("pragma journal_mode = wal", map: { row in try row.text(0) }) == ["wal"] else {
                throw DatabaseError(
                    .setup, "SQLite cannot use a write-ahead log on this file system: use a file on a local disk")
            }
            try script("pragma wal_autocheckpoint = \(SQLiteTuning.checkpointPages); pragma synchronous = full")
        } else {
            try script("pragma wal_autocheckpoint = 0")
        }
    }

    func migrate(_ migrations: [Migration], url: String, _ environment: Environment) throws {
        let migrator = Migrator(migrations: migrations, url: url, environment: environment) { $0.sqlite }
        try migrator.run(on: self)
        constraints = try SQLiteConstraints(of: self)
    }
}
