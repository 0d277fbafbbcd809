import CommandLine
import Glibc

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
    var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return Help.columns }
        return max(Self.minimumColumns, Int(size.ws_col))
    }
}
