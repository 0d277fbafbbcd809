import Glibc
import Kernel

/// `Benchmarks echo-server` as a child of this process.
final class ServerProcess {
    let id: pid_t
    let address: Address
    private let input: Int32

    /// `keys` is the key file of a server with TLS.
    init(loops: Int, keys: String? = nil) throws {
        var toChild: [Int32] = [0, 0]
        var fromChild: [Int32] = [0, 0]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
            throw BenchmarkError("cannot create a pipe for the server: \(Self.describe(errno))")
        }
        // Closes the other end of the child's input in the child. Otherwise the child would never reach the end of its
        // input.
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        let options = keys.map { ["--tls", $0] } ?? []
        let words = (["/proc/self/exe", "echo-server", "--loops", "\(loops)"] + options).map { strdup($0) }
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let problem = posix_spawn(&child, "/proc/self/exe", &actions, nil, words + [nil], environ)
        close(toChild[0])
        close(fromChild[1])
        defer { close(fromChild[0]) }
        guard problem == 0 else { throw BenchmarkError("no server: \(Self.describe(problem))") }
        id = child
        input = toChild[1]
        var line = [UInt8](repeating: 0, count: 256)
        let count = max(0, read(fromChild[0], &line, line.count))
        let text = String(decoding: line[..<count], as: UTF8.self)
        guard text.hasPrefix(EchoServer.announcement), text.hasSuffix("\n"),
            let address = Address(String(text.dropFirst(EchoServer.announcement.count).dropLast()))
        else { throw BenchmarkError("the server did not start; it printed: \(text)") }
        self.address = address
    }

    private static func describe(_ problem: Int32) -> String {
        String(cString: strerror(problem))
    }

    func figures() throws -> ProcessFigures {
        try ProcessFigures(of: id)
    }

    func stop() {
        close(input)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }
}
