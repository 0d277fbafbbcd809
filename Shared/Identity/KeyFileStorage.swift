import Files
import Glibc

extension KeyFile {
    package static let maximumByteCount = 32 * 1024

    /// Reads the key file with all keys.
    package static func read(_ path: String) throws(KeyFileError) -> KeyFile {
        let keys = try readAny(path)
        if let holder = keys.holder { throw .ofOneProgram(holder) }
        return keys
    }

    /// Reads the key file of a program: its own, or the one with all keys.
    package static func read(_ path: String, for reader: KeyHolder) throws(KeyFileError) -> KeyFile {
        let keys = try readAny(path)
        guard let holder = keys.holder, holder != reader else { return keys }
        throw .ofAnotherProgram(path: path, holder: holder, reader: reader)
    }

    /// Reads a key file. Refuses a file that another user owns, can read or can write.
    package static func readAny(_ path: String) throws(KeyFileError) -> KeyFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        func unreadable() -> KeyFileError { .unreadable(path: path, reason: "\(SystemError())") }
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        // Check the opened file, not the path: the path may name another file by now.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noRegularFile(path: path) }
        guard status.st_uid == geteuid() else {
            throw .ofAnotherUser(path: path, owner: status.st_uid, user: geteuid())
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .openToOthers(path: path, mode: "0" + String(status.st_mode & 0o777, radix: 8))
        }
        guard status.st_size <= maximumByteCount else {
            throw .tooLarge(path: path, maximumByteCount: maximumByteCount)
        }
        guard let bytes = try? Bytes.read(descriptor, atMost: maximumByteCount) else { throw unreadable() }
        return try KeyFile(text: String(decoding: bytes, as: UTF8.self))
    }

    /// Creates a key file with one new key of each kind. Never changes an existing file.
    @discardableResult
    package static func create(at path: String) throws(KeyFileError) -> KeyFile {
        let keys = KeyFile.random()
        try keys.write(to: path, replacing: false)
        return keys
    }

    /// Replaces the file at `path` atomically: a reader sees either the old keys or the new ones.
    package func replace(_ path: String) throws(KeyFileError) {
        try write(to: path, replacing: true)
    }

    private func write(to path: String, replacing: Bool) throws(KeyFileError) {
        do throws(SystemError) {
            try AtomicFile.write(text, to: path, replacing: replacing)
        } catch {
            throw error.code == EEXIST ? .exists(path: path) : .unwritable(path: path, reason: "\(error)")
        }
    }
}
