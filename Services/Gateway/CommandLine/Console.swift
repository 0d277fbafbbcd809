import Glibc

/// Where a command writes to, and what that is.
package struct Console: Sendable {
    /// What was asked for; ends in a line break.
    package let print: @Sendable (String) -> Void
    /// What people have to know besides.
    package let complain: @Sendable (String) -> Void
    /// Puts text into the terminal as it is: what moves.
    let draw: @Sendable (String) -> Void
    let input: Input
    /// Nil where the output is no terminal.
    private let terminal: Terminal?

    package init(
        print: @escaping @Sendable (String) -> Void, complain: @escaping @Sendable (String) -> Void,
        line: @escaping @Sendable () -> String? = { nil }
    ) {
        self.print = print
        self.complain = complain
        draw = { _ in }
        input = Input(isTerminal: false, line: line)
        terminal = nil
    }

    init(of environment: [String: String]) {
        print = { Self.write($0.hasSuffix("\n") ? $0 : $0 + "\n", to: STDOUT_FILENO) }
        complain = { Self.write($0.hasSuffix("\n") ? $0 : $0 + "\n", to: STDERR_FILENO) }
        draw = { Self.write($0, to: STDOUT_FILENO) }
        terminal = Terminal(STDOUT_FILENO, environment)
        input = Input(isTerminal: isatty(STDIN_FILENO) == 1 && terminal != nil, line: { readLine() })
    }

    /// Whether somebody is watching: only then does anything move.
    var isTerminal: Bool { terminal != nil }

    var style: Style { terminal?.style ?? .plain }

    /// How many characters a line has room for. Without a terminal: as many as one would.
    var columns: Int { terminal?.columns ?? Terminal.usualColumns }

    /// Whoever reads a file of it later must not take a part for the whole.
    private static func lost(_ descriptor: Int32) {
        guard descriptor == STDOUT_FILENO else { return }
        write("gateway: the output cannot be written: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
        exit(GatewayExit.file.rawValue)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno == EPIPE ? () : lost(descriptor) }
            rest = rest.dropFirst(count)
        }
    }
}
