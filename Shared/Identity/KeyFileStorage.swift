import Glibc
import Kernel

extension KeyFile {
    package static let maximumByteCount = 16 * 1024

    /// Reads a key file. Refuses a file that another user owns, can read or can write.
    package static func read(_ path: String) throws(KeyFileError) -> KeyFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: .lastError) }
        defer { close(descriptor) }
        // Check the opened file, not the path: the path may name another file by now.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: .lastError) }
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
        var bytes = [UInt8](repeating: 0, count: maximumByteCount)
        var count = 0
        while count < bytes.count {
            let result = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            if result == 0 { break }
            if result < 0 && errno == EINTR { continue }
            guard result > 0 else { throw .unreadable(path: path, reason: .lastError) }
            count += result
        }
        return try KeyFile(text: String(decoding: bytes.prefix(count), as: UTF8.self))
    }

    /// Creates a key file with one new key of each kind. Never changes an existing file.
    @discardableResult
    package static func create(at path: String) throws(KeyFileError) -> KeyFile {
        let keys = KeyFile.random()
        let draft = try keys.writeDraft(beside: path)
        defer { unlink(draft) }
        guard link(draft, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : .unwritable(path: path, reason: .lastError)
        }
        try syncFolder(of: path)
        return keys
    }

    /// Replaces the file at `path` atomically: a reader sees either the old keys or the new ones.
    package func replace(_ path: String) throws(KeyFileError) {
        let draft = try writeDraft(beside: path)
        guard rename(draft, path) == 0 else {
            let reason = String.lastError
            unlink(draft)
            throw .unwritable(path: path, reason: reason)
        }
        try Self.syncFolder(of: path)
    }

    /// Writes and syncs the text under a temporary name, with mode 0600 from the start. Returns that name.
    private func writeDraft(beside path: String) throws(KeyFileError) -> String {
        let draft = "\(path).\(KeyID.random()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: .lastError) }
        let isWritten = Array(text.utf8).withUnsafeBytes { bytes in
            var count = 0
            while count < bytes.count {
                let result = write(descriptor, bytes.baseAddress! + count, bytes.count - count)
                if result < 0 && errno == EINTR { continue }
                guard result > 0 else { return false }
                count += result
            }
            return fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        }
        let reason = String.lastError
        close(descriptor)
        guard isWritten else {
            unlink(draft)
            throw .unwritable(path: path, reason: reason)
        }
        return draft
    }

    /// A new name survives a power loss only when its folder is synced.
    private static func syncFolder(of path: String) throws(KeyFileError) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let descriptor = open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: .lastError) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unwritable(path: path, reason: .lastError) }
    }
}

extension String {
    fileprivate static var lastError: String { String(cString: strerror(errno)) }
}
