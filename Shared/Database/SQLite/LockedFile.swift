import Glibc
import Threads

struct FileStatus {
    /// The same under each name of the file.
    struct Identity: Hashable, Sendable {
        let device: UInt
        let inode: UInt
    }

    let identity: Identity
    let nameCount: Int
    let byteCount: Int
    let isRegular: Bool

    /// Returns nil if there is no file.
    init?(of path: String) {
        self.init { stat(path, $0) }
    }

    init?(of descriptor: CInt) {
        self.init { fstat(descriptor, $0) }
    }

    private init?(_ read: (UnsafeMutablePointer<stat>) -> CInt) {
        var status = stat()
        guard read(&status) == 0 else { return nil }
        identity = Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
        nameCount = Int(status.st_nlink)
        byteCount = Int(status.st_size)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    func refuseSecondName(_ path: String) throws {
        guard isRegular, nameCount > 1 else { return }
        throw DatabaseError(
            .setup,
            """
            \(path) has \(nameCount) names (hard links): SQLite names the log after the file, so each name would have a \
            log of its own, and rows would be lost. Find the others with: find FOLDER -samefile \(path). Keep one name
            """)
    }
}

enum FilePath {
    /// Returns the path without symbolic links. The file itself need not exist.
    static func resolved(_ path: String) throws -> String {
        if let whole = real(path) { return whole }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
            throw DatabaseError(
                .setup, "\(path) is a symbolic link to a file that does not exist: correct or remove the link")
        }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        // A missing folder is reported when the lock is created in it.
        guard let folder = real(path[..<slash].isEmpty ? "/" : String(path[..<slash])) else { return path }
        return (folder == "/" ? "" : folder) + path[slash...]
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// A lock on the database file itself, which works under each name of the file.
///
/// It is an open-file-description lock on a byte far beyond those that SQLite locks. Closing another descriptor of the
/// file does not drop it, and another process can query it without taking it.
///
/// Invariant: a process opens a locked file only once, because closing a second descriptor would drop SQLite's own
/// locks. `held` has the locked files.
final class LockedFile: Sendable {
    private static let held = Lock<Set<FileStatus.Identity>>([])
    /// SQLite locks bytes at 2^30.
    private static let byte: off_t = 1 << 62
    /// Linux's F_OFD_GETLK and F_OFD_SETLK, which Swift does not import.
    private static let (ofdGet, ofdSet): (CInt, CInt) = (36, 37)
    private static let sqliteShared: (start: off_t, count: off_t) = (0x4000_0002, 510)

    let descriptor: CInt
    private let identity: FileStatus.Identity

    init(_ path: String, _ identity: FileStatus.Identity) throws {
        guard Self.held.withLock({ $0.insert(identity).inserted }) else {
            throw FileLock.inUse(path, by: "\(getpid())")
        }
        self.identity = identity
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        // All properties are set: from here on `deinit` runs, also after a throw.
        guard descriptor >= 0 else {
            throw DatabaseError(
                .setup,
                "\(path) cannot be written (\(FileLock.reason())): give it and its folder to this program's user")
        }
        var request = Self.request(CInt(F_WRLCK))
        guard fcntl(descriptor, Self.ofdSet, &request) == 0 else {
            throw FileLock.inUse(path, by: Self.sqliteUser(descriptor))
        }
        guard FileStatus(of: descriptor)?.identity == identity else {
            throw DatabaseError(.setup, "\(path) was replaced while it was being opened: start again")
        }
    }

    deinit {
        if descriptor >= 0 {
            var request = Self.request(CInt(F_UNLCK))
            _ = fcntl(descriptor, Self.ofdSet, &request)
            close(descriptor)
        }
        _ = Self.held.withLock { $0.remove(identity) }
    }

    /// True if a process has the database open. Takes no lock, so it cannot make the start of a service fail.
    static func isLocked(_ path: String, _ identity: FileStatus.Identity) -> Bool {
        // The set stays locked, because this process must not open the database before this descriptor is closed.
        held.withLock { held in
            if held.contains(identity) { return true }
            let descriptor = open(path, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            var request = request(CInt(F_WRLCK))
            return fcntl(descriptor, ofdGet, &request) == 0 && request.l_type != Int16(F_UNLCK)
        }
    }

    private static func request(_ type: CInt) -> flock {
        var request = flock()
        request.l_type = Int16(type)
        request.l_whence = Int16(SEEK_SET)
        request.l_start = byte
        request.l_len = 1
        return request
    }

    /// Returns the id of the process that holds SQLite's own lock, which each open database in WAL mode has.
    private static func sqliteUser(_ descriptor: CInt) -> String {
        var request = request(CInt(F_WRLCK))
        (request.l_start, request.l_len) = sqliteShared
        guard fcntl(descriptor, F_GETLK, &request) == 0, request.l_type != Int16(F_UNLCK) else { return "?" }
        return "\(request.l_pid)"
    }
}
