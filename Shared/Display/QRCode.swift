import CTerminal

/// A QR code for a terminal, a page, and as a picture.
package struct QRCode: Sendable {
    /// The light border that readers need, in modules. Most readers accept the smaller ones.
    private static let border = 4
    private static let smallerBorders = [2, 1]
    private static let black = "\u{1b}[38;5;16m\u{1b}[48;5;231m"
    private static let pixelsPerModule = 8

    private let width: Int
    private let border: Int
    private let dark: [Bool]

    /// Nil if the text is too long for a QR code.
    package init?(_ text: String) {
        self.init(text, QR_ECLEVEL_M, border: Self.border)
    }

    /// The code with the most error correction and the largest border that fit. Nil if none does.
    package init?(_ text: String, columns: Int, rows: Int) {
        let codes = ([Self.border] + Self.smallerBorders).lazy.flatMap { border in
            [QR_ECLEVEL_M, QR_ECLEVEL_L].lazy.compactMap { QRCode(text, $0, border: border) }
        }
        guard let code = codes.first(where: { $0.size <= columns && $0.rows <= rows }) else { return nil }
        self = code
    }

    private init?(_ text: String, _ level: QRecLevel, border: Int) {
        // With case-sensitive letters, the library uses the compact mode of upper-case letters where it can.
        guard let code = QRcode_encodeString(text, 0, level, QR_MODE_8, 1) ?? nil else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        dark = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
        self.border = border
    }

    /// The width with its border, in modules.
    private var size: Int { width + 2 * border }
    /// The height in lines of the terminal.
    private var rows: Int { (size + 1) / 2 }

    /// The lines of the code, with two modules per character, one above the other.
    ///
    /// With colours it is black on white in any terminal. Without colours it draws the light modules, which fits a dark
    /// background. `isInverted` draws the dark modules, for a light background.
    package func lines(isColoured: Bool, isInverted: Bool = false) -> [String] {
        let showsDark = isColoured || isInverted
        return stride(from: -border, to: width + border, by: 2).map { row in
            let line = (-border..<width + border).map { column in
                let upper = isDark(row, column) == showsDark
                let lower = isDark(row + 1, column) == showsDark
                return upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
            }.joined()
            return isColoured ? "\(Self.black)\(line)\u{1b}[0m" : line
        }
    }

    /// A picture of any size.
    package var svg: String {
        let modules = (0..<width).map { row in
            (0..<width).filter { isDark(row, $0) }.map { "M\($0 + border) \(row + border)h1v1h-1z" }.joined()
        }.joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges">
            <rect width="\(size)" height="\(size)" fill="#fff"/>
            <path d="\(modules)"/>
            </svg>

            """
    }

    /// A picture with a few pixels per module.
    package var png: [UInt8] {
        PNG.bytes(width: size * Self.pixelsPerModule, height: size * Self.pixelsPerModule) { row, column in
            isDark(row / Self.pixelsPerModule - border, column / Self.pixelsPerModule - border)
        }
    }

    private func isDark(_ row: Int, _ column: Int) -> Bool {
        guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
        return dark[row * width + column]
    }
}
