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
/// The thread that opens the database uses it first, then the writing thread, then the thread that closes the database.
final class DatabaseMark {
    enum State: String, CaseIterable {
        case creating, open, closed
    }

    /// The content of the file: four lines, whose length never changes.
    struct Content: Equatable {
        fileprivate static let titleLine = "onsale database mark, version 1\n"
        private static let stateWidth = 8
        private static let numberWidth = 19

        /// The id of the database: 32 hexadecimal digits.
        var database: String
        var state: State
        var commits: Int64

        static func newID() -> String {
            var generator = SystemRandomNumberGenerator()
            return generator.next().hexadecimalDigits + generator.next().hexadecimalDigits
        }

        var text: String {
            let state = state.rawValue + String(repeating: " ", count: Self.stateWidth - state.rawValue.utf8.count)
            return Self.titleLine + "database \(database)\nstate \(state)\ncommits \(number)\n"
        }

        /// The number of commits as the file has it, and its offset there.
        var number: String {
            String(repeating: "0", count: Self.numberWidth - "\(commits)".utf8.count) + "\(commits)"
        }
        var numberOffset: Int { text.utf8.count - Self.numberWidth - 1 }
    }

    static func path(of database: String) -> String { database + ".mark" }

    private(set) var content: Content
    private let numberOffset: off_t
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
            try AtomicFile.write(content.text, to: path)
        } catch {
            throw DatabaseError(error.code == ENOSPC ? .diskFull : .setup, "\(path) cannot be written: \(error)")
        }
        try self.init(existingOf: database, content)
    }

    /// Overwrites the existing mark, which needs no disk space.
    init(existingOf database: String, _ content: Content) throws {
        path = Self.path(of: database)
        self.content = content
        numberOffset = off_t(content.numberOffset)
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

    /// Writes the number of a durable commit. Ignores errors, because a mark with an older number prevents no start.
    func note(commits: Int64) {
        content.commits = commits
        let number = content.number
        _ = number.withCString { pwrite(descriptor, $0, number.utf8.count, numberOffset) }
    }

    private func save() throws {
        let text = content.text
        let count = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
        guard count == text.utf8.count, fdatasync(descriptor) == 0 else { throw problem("cannot be written") }
    }

    private func problem(_ failure: String) -> DatabaseError {
        DatabaseError(errno == ENOSPC ? .diskFull : .setup, "\(path) \(failure): \(FileLock.reason())")
    }
}

extension DatabaseMark.Content {
    init?(_ text: String) {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard text.hasPrefix(Self.titleLine), words.count == 11, words[5] == "database", words[7] == "state",
            let state = DatabaseMark.State(rawValue: String(words[8])), words[9] == "commits",
            let commits = Int64(words[10]), commits >= 0
        else { return nil }
        self.init(database: String(words[6]), state: state, commits: commits)
    }
}
