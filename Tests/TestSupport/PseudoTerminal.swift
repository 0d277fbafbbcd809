import Glibc

/// A program in a pseudo terminal, as if a user typed at it. Its calls block: use it on its own thread.
package final class PseudoTerminal: Sendable {
    package struct DidNotAppear: Error, CustomStringConvertible {
        package let text: String
        package let output: String

        package var description: String { "“\(text)” did not appear within the time. There was: \(output)" }
    }

    // TIOCSPTLCK and TIOCGPTN of Linux, which are macros: unlockpt(3) and ptsname(3) are hidden from Swift.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    private let window: CInt
    private let process: pid_t
    // Sound because only one thread at a time uses a terminal.
    private nonisolated(unsafe) var bytes: [UInt8] = []
    // Sound for the same reason.
    private nonisolated(unsafe) var isReaped = false

    /// `environment` is the whole environment of the program, as `NAME=value`.
    package init(_ arguments: [String], environment: [String], columns: UInt16 = 80, rows: UInt16 = 40) {
        window = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: CInt = 0
        var number: CInt = 0
        guard window >= 0, ioctl(window, Self.setLock, &isLocked) == 0, ioctl(window, Self.getNumber, &number) == 0
        else {
            fatalError("no terminal: \(String(cString: strerror(errno)))")
        }
        let name = "/dev/pts/\(number)"
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(window, UInt(TIOCSWINSZ), &size)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // The first terminal that a session leader opens becomes its controlling terminal, which sends it Ctrl-C.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        let newSession: CInt = 0x80
        posix_spawnattr_setflags(&attributes, CShort(CInt(POSIX_SPAWN_SETSIGMASK) | newSession))
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        var process = pid_t()
        let problem = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, &variables)
        for text in words + variables { free(text) }
        posix_spawnattr_destroy(&attributes)
        posix_spawn_file_actions_destroy(&actions)
        guard problem == 0 else { fatalError("\(arguments[0]): \(String(cString: strerror(problem)))") }
        self.process = process
    }

    deinit {
        // A child that is not reaped keeps Swift Testing from seeing the end of its exit tests.
        if !isReaped {
            kill(process, SIGKILL)
            _ = reap()
        }
        close(window)
    }

    /// All output so far, including control sequences.
    package var output: String { String(decoding: bytes, as: UTF8.self) }

    package func type(_ text: String) {
        _ = write(window, text, text.utf8.count)
    }

    /// Reads until `text` appears after the first `start` bytes. Returns the number of bytes up to its end.
    @discardableResult
    package func wait(for text: String, after start: Int = 0, milliseconds: Int = 60_000) throws -> Int {
        let wanted = Array(text.utf8)
        var left = milliseconds
        while true {
            if let end = bytes.end(of: wanted, after: start) { return end }
            guard left > 0, read(&left) else { throw DidNotAppear(text: text, output: output) }
        }
    }

    /// Reads to the end, and returns the status of wait(2).
    package func waitForEnd(milliseconds: Int = 60_000) -> CInt {
        var left = milliseconds
        while left > 0, read(&left) {}
        if left <= 0 { kill(process, SIGKILL) }
        return reap()
    }

    private func reap() -> CInt {
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        isReaped = true
        return status
    }

    /// Returns false if the program has closed its end.
    private func read(_ left: inout Int) -> Bool {
        let step = 50
        var ready = pollfd(fd: window, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, CInt(step)) > 0 else {
            left -= step
            return true
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(window, &chunk, chunk.count)
        guard count > 0 else { return false }
        bytes += chunk.prefix(count)
        return true
    }
}

extension [UInt8] {
    fileprivate func end(of wanted: [UInt8], after start: Int) -> Int? {
        guard count >= start + wanted.count else { return nil }
        return (start...count - wanted.count).first { self[$0...].starts(with: wanted) }.map { $0 + wanted.count }
    }
}
