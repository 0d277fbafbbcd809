import Glibc
import TestSupport

/// The text files of a source tree by path, relative to its root.
struct Tree {
    let files: [String: String]

    init(_ files: [String: String]) {
        self.files = files
    }

    /// This repository without build products, generated code and what Git ignores.
    static let repository = Tree(read(Repository.folder))

    /// The paths below `folders` that end with `suffix`, sorted.
    func paths(in folders: [String], suffix: String = ".swift") -> [String] {
        files.keys.filter { path in
            path.hasSuffix(suffix) && folders.contains { path == $0 || path.hasPrefix($0 + "/") }
        }.sorted()
    }

    func lines(_ path: String) -> [Substring] {
        var lines = files[path, default: ""].split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    private static let ignored: Set<String> = [".build", ".git", ".swiftpm", "data", "__pycache__", "Generated"]
    /// C code of protoc-c and test data are not written by hand.
    private static let ignoredSuffixes = [".pb-c.c", ".pb-c.h", ".binpb", ".db"]

    private static func read(_ root: String, _ path: String = "") -> [String: String] {
        var files: [String: String] = [:]
        for name in names(in: root + path) where !ignored.contains(name) {
            let child = "\(path)/\(name)"
            if ignoredSuffixes.contains(where: { child.hasSuffix($0) }) { continue }
            var status = stat()
            guard lstat(root + child, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                files.merge(read(root, child)) { $1 }
            } else if status.st_mode & S_IFMT == S_IFREG {
                files[String(child.dropFirst())] = text(root + child)
            }
        }
        return files
    }

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func text(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A broken rule at one place: printed as `path:line: what is wrong`.
struct Violation: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let problem: String

    init(path: String, line: Int = 0, problem: String) {
        self.path = path
        self.line = line
        self.problem = problem
    }

    var description: String { line > 0 ? "\(path):\(line): \(problem)" : "\(path): \(problem)" }
}
