import CThreads
import Glibc

/// Files that change as a whole. A reader finds the old file or the new one, also after a crash.
package enum AtomicFile {
    /// Writes a file with mode 0600. It survives a power failure after this returns.
    package static func write(_ text: String, to path: String, replacing: Bool = true) throws(SystemError) {
        try write(Array(text.utf8), to: path, replacing: replacing)
    }

    /// Writes a file with mode 0600. It survives a power failure after this returns.
    package static func write(_ bytes: [UInt8], to path: String, replacing: Bool = true) throws(SystemError) {
        let draft = "\(path).\(UInt32.random(in: 0 ... .max)).new"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemError() }
        do throws(SystemError) {
            defer { close(file) }
            guard fchmod(file, 0o600) == 0 else { throw SystemError() }
            try Bytes.write(bytes, to: file)
            guard fsync(file) == 0 else { throw SystemError() }
            try rename(draft, to: path, replacing: replacing)
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Renames a file that is complete and synced. Throws EEXIST if `path` exists and is not to be replaced.
    package static func rename(_ draft: String, to path: String, replacing: Bool) throws(SystemError) {
        guard (replacing ? Glibc.rename(draft, path) : onsale_rename_new(draft, path)) == 0 else { throw SystemError() }
        // A power failure may undo a rename until the folder is synced.
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }
}

/// The error of a system call.
package struct SystemError: Error, CustomStringConvertible {
    package let code: CInt

    /// The error of the latest call, `errno`.
    package init() {
        code = errno
    }

    package var description: String { String(cString: strerror(code)) }
}
