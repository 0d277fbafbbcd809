import CommandLine
import Files
import Glibc

/// The input and output of a command.
package struct Console: Sendable {
    /// Writes the result to standard output, and ends it with a line break.
    package let print: @Sendable (String) -> Void
    /// Writes notes and errors to standard error, and ends them with a line break.
    package let printError: @Sendable (String) -> Void
    /// Writes text without a line break: prompts and the waiting bar.
    let draw: @Sendable (String) -> Void
    let input: Input
    /// Nil if the output is not a terminal.
    private let terminal: Terminal?
    private let pager: String

    package init(
        print: @escaping @Sendable (String) -> Void, printError: @escaping @Sendable (String) -> Void,
        line: @escaping @Sendable () -> String? = { nil }
    ) {
        self.print = print
        self.printError = printError
        draw = { _ in }
        input = Input(isTerminal: false, line: line)
        terminal = nil
        pager = ""
    }

    init(of environment: [String: String]) {
        print = { Self.write(Self.line($0), to: STDOUT_FILENO) }
        printError = { Self.write(Self.line($0), to: STDERR_FILENO) }
        draw = { Self.write($0, to: STDOUT_FILENO) }
        terminal = Terminal(STDOUT_FILENO, environment)
        pager = environment["PAGER"] ?? "less -FRX"
        input = Input(isTerminal: isatty(STDIN_FILENO) == 1 && terminal != nil, line: { readLine() })
    }

    /// Looks at the last byte, because a character can be CR and LF together.
    private static func line(_ text: String) -> String {
        text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n"
    }

    /// True if the output is a terminal. Only then are bars drawn.
    var isTerminal: Bool { terminal != nil }

    var style: Style { terminal?.style ?? .plain }

    /// The width of the terminal, or 80 without one.
    var columns: Int { terminal?.columns ?? Help.columns }

    /// The height of the terminal. Unlimited without one.
    var rows: Int { terminal?.rows ?? .max }

    /// The text, wrapped to the width of the terminal. Unchanged without a terminal.
    func fitted(_ text: String) -> String { isTerminal ? text.wrapped(to: columns) : text }

    /// Prints a text in lines. In a terminal with fewer rows, `$PAGER` or less shows it.
    func page(_ text: String, isPaged: Bool = true) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
        if isPaged, input.isTerminal, let terminal, lines > terminal.rows, Pager.show(text, by: pager) { return }
        print(text)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        do throws(SystemError) {
            try Bytes.write(text, to: descriptor)
        } catch {
            // A partial result must not look like success.
            guard descriptor == STDOUT_FILENO, error.code != EPIPE else { return }
            write("gateway: cannot write to standard output: \(error)\n", to: STDERR_FILENO)
            exit(GatewayExit.file.rawValue)
        }
    }
}

/// The terminal of the output.
struct Terminal: Sendable {
    private static let minimumColumns = 20

    private let descriptor: Int32
    let style: Style

    /// Nil for a file, a pipe or a dumb terminal.
    init?(_ descriptor: Int32, _ environment: [String: String]) {
        let kind = environment["TERM"] ?? ""
        guard isatty(descriptor) == 1, kind != "dumb" else { return nil }
        self.descriptor = descriptor
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty
        style = wantsColour ? .coloured : .plain
    }

    /// The current width. Queried each time, because users resize windows.
    var columns: Int { size.map { max(Self.minimumColumns, Int($0.ws_col)) } ?? Help.columns }

    /// The current height.
    var rows: Int { size.map { Int($0.ws_row) } ?? .max }

    /// Nil if the terminal does not tell its size.
    private var size: winsize? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return size
    }
}
