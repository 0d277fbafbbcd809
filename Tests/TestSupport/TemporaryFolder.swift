import Glibc

/// A folder of one test. It is deleted after the test.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/onsale-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            fatalError("cannot create a temporary folder: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        Self.remove(path)
    }

    /// Deletes a folder and its contents.
    private static func remove(_ path: String) {
        for name in names(in: path) where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        rmdir(path)
    }

    package var names: [String] { Self.names(in: path) }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func write(_ text: String, to name: String, mode: mode_t = 0o600) {
        guard let file = fopen("\(path)/\(name)", "w") else { fatalError("\(name) cannot be written") }
        fputs(text, file)
        fclose(file)
        chmod("\(path)/\(name)", mode)
    }

    package func mode(of name: String) -> mode_t {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// Returns nil if there is no such file.
    package func read(_ name: String) -> String? {
        guard let file = fopen("\(path)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Overwrites every byte from `start` on with `byte`.
    package func overwrite(_ name: String, from start: Int, with byte: UInt8) {
        guard let file = fopen("\(path)/\(name)", "r+") else { fatalError("\(name) cannot be written") }
        fseek(file, 0, SEEK_END)
        let end = ftell(file)
        fseek(file, start, SEEK_SET)
        for _ in start..<end { putc(CInt(byte), file) }
        fclose(file)
    }
}
