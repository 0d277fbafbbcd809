import Glibc

/// Runs programs to their end.
package struct Command {
    package struct Outcome {
        package let status: Int32
        /// Standard output and standard error, interleaved.
        package let output: String
    }

    /// Runs a program. The first of `arguments` is its name, which is searched in the PATH.
    package static func run(_ arguments: String..., in folder: String = ".") -> Outcome {
        run(arguments, in: folder)
    }

    package static func run(_ arguments: [String], in folder: String = ".") -> Outcome {
        let line = arguments.map {
            "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        .joined(separator: " ")
        guard let pipe = popen("cd '\(folder)' && exec \(line) 2>&1", "r") else {
            fatalError("\(line): \(String(cString: strerror(errno)))")
        }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        let status = pclose(pipe)
        return Outcome(
            status: status & 0x7f == 0 ? status >> 8 & 0xff : -1, output: String(decoding: output, as: UTF8.self))
    }
}
