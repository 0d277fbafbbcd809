import CTerminal

/// A QR code for the terminal.
struct QRCode {
    /// The width of the light border that readers need, in modules.
    private static let border = 4
    private static let black = "\u{1b}[38;5;16m\u{1b}[48;5;231m"

    private let width: Int
    private let dark: [Bool]

    /// Nil if the text is too long for a QR code.
    init?(_ text: String) {
        guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) ?? nil else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        dark = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
    }

    var columns: Int { width + 2 * Self.border }

    /// The code with two modules per character, one above the other.
    ///
    /// With colours it is black on white in any terminal. Without colours it draws the light modules, which fits a dark
    /// background. `isInverted` draws the dark modules, for a light background.
    func text(_ style: Style, isInverted: Bool = false) -> String {
        let showsDark = style.isColoured || isInverted
        let lines = stride(from: -Self.border, to: width + Self.border, by: 2).map { row in
            let line = (-Self.border..<width + Self.border).map { column in
                let upper = isDark(row, column) == showsDark
                let lower = isDark(row + 1, column) == showsDark
                return upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
            }.joined()
            return style.isColoured ? "\(Self.black)\(line)\u{1b}[0m" : line
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func isDark(_ row: Int, _ column: Int) -> Bool {
        guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
        return dark[row * width + column]
    }
}
