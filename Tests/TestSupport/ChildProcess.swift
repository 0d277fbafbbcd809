import Glibc
import Threads

/// A running program that a test writes to, reads from and may end at any moment. Its calls block: use it on its own
/// thread.
package final class ChildProcess: Sendable {
    /// Locked while the pipes of one child are created and passed on, so that no other child inherits them.
    private static let spawning = Lock(())

    private let process: pid_t
    package var id: pid_t { process }
    private let input: CInt
    // Sound: stdio locks each use of a file.
    private nonisolated(unsafe) let output: UnsafeMutablePointer<FILE>

    /// The first of `arguments` is the program, found on the PATH unless it is a path.
    package init(_ arguments: [String]) {
        // Else a write to a child that has ended would end the whole test run.
        signal(SIGPIPE, SIG_IGN)
        (process, input, output) = Self.spawning.withLock { _ in
            let (childInput, input) = Self.pipe()
            let (output, childOutput) = Self.pipe()
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            posix_spawn_file_actions_adddup2(&actions, childInput, 0)
            posix_spawn_file_actions_adddup2(&actions, childOutput, 1)
            // Clear the signal mask, because the threads of the Swift runtime block signals and children inherit that.
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            var noSignals = sigset_t()
            sigemptyset(&noSignals)
            posix_spawnattr_setsigmask(&attributes, &noSignals)
            var ignoredSignals = sigset_t()
            sigemptyset(&ignoredSignals)
            sigaddset(&ignoredSignals, SIGPIPE)
            posix_spawnattr_setsigdefault(&attributes, &ignoredSignals)
            posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
            var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
            var process = pid_t()
            let problem = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, environ)
            for word in words { free(word) }
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
            guard problem == 0 else { fatalError("\(arguments[0]): \(String(cString: strerror(problem)))") }
            close(childInput)
            close(childOutput)
            return (process, input, fdopen(output, "r"))
        }
    }

    deinit {
        fclose(output)
        close(input)
    }

    /// The path of the program of this package, from the build that contains the test.
    package static func path(of program: String) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let test = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return test[..<(test.lastIndex(of: "/") ?? test.startIndex)] + "/" + program
    }

    /// Returns the next line of its output, or nil after the last one.
    package func readLine() -> String? {
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        let count = getline(&line, &capacity, output)
        guard count > 0, let line else { return nil }
        return String(cString: line).split(separator: "\n").first.map(String.init) ?? ""
    }

    package func write(_ text: String) {
        _ = Glibc.write(input, text, text.utf8.count)
    }

    /// Sends a signal. Waits until a SIGSTOP has stopped the program, because it still answers until then.
    package func kill(_ signal: CInt) {
        Glibc.kill(process, signal)
        guard signal == SIGSTOP else { return }
        var status: CInt = 0
        while waitpid(process, &status, WUNTRACED) < 0 && errno == EINTR {}
    }

    /// Waits for its end, and returns the status of wait(2).
    @discardableResult
    package func wait() -> CInt {
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static func pipe() -> (CInt, CInt) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { fatalError("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
