import Glibc

/// The window that the output goes to.
struct Terminal: Sendable {
    static let usualColumns = 80
    private static let fewestColumns = 20

    private let descriptor: Int32
    let style: Style

    /// Nil where it is a file or a pipe, or a terminal that cannot do a thing.
    init?(_ descriptor: Int32, _ environment: [String: String]) {
        let kind = environment["TERM"] ?? ""
        guard isatty(descriptor) == 1, kind != "dumb" else { return nil }
        self.descriptor = descriptor
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty
        style = wantsColour ? .coloured : .plain
    }

    /// Asked each time: windows change.
    var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return Self.usualColumns }
        return max(Self.fewestColumns, Int(size.ws_col))
    }
}
