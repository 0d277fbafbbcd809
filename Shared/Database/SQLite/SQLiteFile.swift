import CSQLite

/// Opens the file of a SQLite database: locks it, compares its mark, checks it after a crash, and migrates it.
///
///     lock ─▶ read file sizes and mark ─▶ open ─▶ compare the commits ─▶ check pages ─▶ mark ─▶ migrate
///
/// Before it has compared the commits it writes nothing, because the operator may still restore the right log.
struct SQLiteFile {
    let lock: FileLock
    let writing: SQLiteConnection

    init(_ path: String, _ migrations: [Migration], _ environment: Environment) throws {
        lock = try FileLock(beside: path)
        var check = try MarkCheck(lock.path, acceptsLoss: environment.acceptsLoss)
        let lock = lock
        writing = try DatabaseError.naming(lock.path) {
            let writing = try Self.open(lock, &check, environment)
            try writing.migrate(migrations, url: "sqlite://\(lock.path)", environment)
            return writing
        }
    }

    private static func open(
        _ lock: FileLock, _ check: inout MarkCheck, _ environment: Environment
    ) throws -> SQLiteConnection {
        let path = lock.path
        let isNew = !check.hasFile
        if isNew {
            // A crash from here on leaves an empty file, and a mark for a database that never had rows.
            let content = DatabaseMark.Content(database: DatabaseMark.Content.newID(), state: .creating, commits: 0)
            if check.mark == nil || check.mark?.state != .creating { _ = try DatabaseMark(of: path, content) }
            try lock.create()
        }
        let writing = try SQLiteConnection(file: path, isWriting: true, environment.limits.fileSystem)
        onsale_sqlite_keep_log(writing.handle, 1)
        let row = try writing.markRow()
        try check.compare(row)
        onsale_sqlite_keep_log(writing.handle, 0)
        if let loss = check.loss { environment.observe(.acceptedLoss(loss)) }
        if !isNew, !check.isClean {
            environment.observe(.checked(try writing.quickCheck(for: environment.limits.startCheck)))
        }
        writing.fileDescriptor = lock.fileDescriptor
        writing.growInPieces()
        try writing.startMark(row, after: check)
        return writing
    }
}
