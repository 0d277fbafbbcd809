import Files
import Glibc
import Kernel

/// The file `FILE.mark` beside a SQLite database. It holds the id of the database, its number of commits, and whether
/// it was closed cleanly. A database that has fewer commits than its mark has lost rows.
///
///     creating ──▶ open ◀──▶ closed
///
/// Each commit writes its number into the database in the same transaction, and then into the mark. The mark is not
/// synced for that. After a crash of the process it is exact. After a power failure it may be some seconds behind, but
/// it is never ahead of the database. Changes of the state are synced.
///
/// Only one thread at a time uses it: the thread that opens the database, then the writing thread, then the thread that
/// closes it.
final class DatabaseMark {
    enum State: String, CaseIterable {
        case creating, open, closed
    }

    /// The content of the file.
    struct Content: Equatable {
        /// The id of the database: 32 hexadecimal digits.
        var database: String
        var state: State
        var commits: Int64

        static let titleLine = "onsale database mark, version 1\n"
        private static let stateWidth = 8
        static let numberWidth = 19
        static let numberOffset =
            text(Content(database: newID(), state: .open, commits: 0)).utf8.count - numberWidth - 1

        static func text(_ content: Content) -> String {
            let state = content.state.rawValue
            return titleLine + "database \(content.database)\n"
                + "state \(state)" + String(repeating: " ", count: stateWidth - state.utf8.count) + "\n"
                + "commits \(number(content.commits))\n"
        }

        static func number(_ number: Int64) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: numberWidth - digits.utf8.count) + digits
        }

        /// Returns nil if the text is not a mark.
        init?(_ text: String) {
            guard text.hasPrefix(Self.titleLine) else { return nil }
            let lines = text.dropFirst(Self.titleLine.count).split(separator: "\n")
            guard lines.count == 3, lines[0].hasPrefix("database "), lines[1].hasPrefix("state "),
                let state = State(rawValue: String(lines[1].dropFirst("state ".count).filter { $0 != " " })),
                lines[2].hasPrefix("commits "), let commits = Int64(lines[2].dropFirst("commits ".count)), commits >= 0
            else { return nil }
            self.init(database: String(lines[0].dropFirst("database ".count)), state: state, commits: commits)
        }

        init(database: String, state: State, commits: Int64) {
            self.database = database
            self.state = state
            self.commits = commits
        }

        static func newID() -> String {
            var generator = SystemRandomNumberGenerator()
            return generator.next().hexadecimalDigits + generator.next().hexadecimalDigits
        }
    }

    static func path(of database: String) -> String { database + ".mark" }

    private(set) var content: Content
    private let descriptor: CInt
    private let path: String

    /// Returns the content of the mark. Nil if there is none. Throws if the file is not a mark.
    static func read(of database: String) throws -> Content? {
        let path = path(of: database)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DatabaseError(.setup, "\(path) cannot be read: \(FileLock.reason())")
        }
        defer { close(descriptor) }
        let text = withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
            let count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        guard let content = Content(text) else {
            throw DatabaseError(.setup, "\(path) is damaged: its content is not that of a database mark")
        }
        return content
    }

    /// Atomically creates a mark, or replaces an existing one.
    convenience init(of database: String, _ content: Content) throws {
        let path = Self.path(of: database)
        do throws(SystemError) {
            try AtomicFile.write(Content.text(content), to: path)
        } catch {
            throw DatabaseError(error.code == ENOSPC ? .diskFull : .setup, "\(path) cannot be written: \(error)")
        }
        try self.init(existingOf: database, content)
    }

    /// Overwrites the existing mark, which needs no disk space.
    init(existingOf database: String, _ content: Content) throws {
        path = Self.path(of: database)
        self.content = content
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem("cannot be written") }
        try save()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Changes the state and syncs it.
    func enter(_ state: State) throws {
        content.state = state
        try save()
    }

    /// Writes the number of a durable commit. Ignores errors, because a mark that is behind refuses no start.
    func note(commits: Int64) {
        content.commits = commits
        let digits = Content.number(commits)
        _ = digits.withCString { pwrite(descriptor, $0, Content.numberWidth, off_t(Content.numberOffset)) }
    }

    private func save() throws {
        let text = Content.text(content)
        let count = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
        guard count == text.utf8.count, fdatasync(descriptor) == 0 else { throw problem("cannot be written") }
    }

    private func problem(_ failure: String) -> DatabaseError {
        DatabaseError(errno == ENOSPC ? .diskFull : .setup, "\(path) \(failure): \(FileLock.reason())")
    }
}
