import Files
import Glibc

/// The file of an export. It grows by whole pages, so after a crash at most its last line is incomplete.
struct ExportFile {
    /// The longest line of an export.
    private static let maximumLineBytes: off_t = 64 << 10

    private let path: String
    private let descriptor: Int32

    /// Creates the file. Only its owner can read it.
    init(creating path: String) throws(GatewayError) {
        try self.init(path, flags: O_CREAT | O_EXCL)
    }

    /// Opens a file to continue it. Nil if there is none.
    init?(continuing path: String) throws(GatewayError) {
        guard access(path, F_OK) == 0 else { return nil }
        try self.init(path, flags: 0)
    }

    private init(_ path: String, flags: Int32) throws(GatewayError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST {
                let hint = "To continue it, pass --resume. Or choose another name"
                throw GatewayError(.file, "\(path) exists", hint: hint)
            }
            throw .system("cannot open \(path)")
        }
    }

    /// Removes an incomplete line at the end. Returns the first and the last line. Nil if the file has no complete line.
    func completeLines() throws(GatewayError) -> (first: String, last: String)? {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw .system("cannot read \(path)") }
        let tail = try lines(from: max(0, size - Self.maximumLineBytes))
        guard let end = tail.lastIndex(of: Self.newline) else {
            guard size <= Self.maximumLineBytes else { throw GatewayError(.file, "\(path) is not an export") }
            return try truncate(to: 0)
        }
        let complete = tail[..<end]
        try truncate(to: size - off_t(tail.count - end - 1))
        let start = complete.lastIndex(of: Self.newline).map { $0 + 1 } ?? complete.startIndex
        let head = try lines(from: 0)
        return (Self.text(head.prefix { $0 != Self.newline }), Self.text(complete[start...]))
    }

    func append(_ text: String) throws(GatewayError) {
        do throws(SystemError) {
            try Bytes.write(text, to: descriptor)
        } catch {
            throw GatewayError(.file, "cannot write to \(path): \(error)")
        }
    }

    /// Returns when all lines are on the disk.
    func close() throws(GatewayError) {
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("cannot write to \(path)") }
    }

    private static let newline = UInt8(ascii: "\n")

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }

    private func lines(from position: off_t) throws(GatewayError) -> [UInt8] {
        guard lseek(descriptor, position, SEEK_SET) >= 0 else { throw .system("cannot read \(path)") }
        do throws(SystemError) {
            return try Bytes.read(descriptor, atMost: Int(Self.maximumLineBytes))
        } catch {
            throw GatewayError(.file, "cannot read \(path): \(error)")
        }
    }

    /// Cuts the file. The next line is written there. Returns nil, which `completeLines` returns for a file without lines.
    @discardableResult
    private func truncate(to size: off_t) throws(GatewayError) -> (first: String, last: String)? {
        guard ftruncate(descriptor, size) == 0, lseek(descriptor, size, SEEK_SET) >= 0 else {
            throw .system("cannot cut \(path)")
        }
        return nil
    }
}
