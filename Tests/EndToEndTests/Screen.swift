/// Extracts visible text from the output to a terminal.
enum Screen {
    /// All lines, including overwritten ones, without escape sequences.
    static func lines(of output: String) -> [String] {
        var lines = [""]
        var isInSequence = false
        for scalar in output.unicodeScalars {
            switch scalar {
            case "\u{1b}": isInSequence = true
            case "\r", "\n": lines.append("")
            case _ where isInSequence: if scalar.properties.isAlphabetic { isInSequence = false }
            default: lines[lines.count - 1].unicodeScalars.append(scalar)
            }
        }
        return lines.filter { !$0.isEmpty }
    }

    /// The width of a code of which the last line may be incomplete.
    static func codeWidth(of output: String) -> Int {
        drawn(of: output).dropLast().map(\.count).min() ?? 0
    }

    /// The half blocks at the beginning of each line. A text may stand to the right of the code.
    private static func drawn(of output: String) -> [Substring] {
        let blocks: Set<Character> = [" ", "▀", "▄", "█"]
        return lines(of: output).map { $0.prefix(while: blocks.contains) }.filter { $0.count > 40 }
    }

    /// The lines of half blocks as a PGM image. `isDarkDrawn` is true if the text draws the dark modules.
    static func picture(of output: String, isDarkDrawn: Bool) -> String {
        let scale = 4
        let drawn = drawn(of: output)
        let width = drawn.map(\.count).min() ?? 0
        let rows = drawn.map { $0.prefix(width) }
        var pixels: [String] = []
        for row in rows {
            for half in ["▀", "▄"] {
                let line = row.map { character in
                    let isDrawn = character == "█" || String(character) == half
                    return String(repeating: isDrawn == isDarkDrawn ? "0 " : "255 ", count: scale)
                }.joined()
                pixels += Array(repeating: line, count: scale)
            }
        }
        return "P2\n\((rows.first?.count ?? 0) * scale) \(pixels.count)\n255\n" + pixels.joined(separator: "\n") + "\n"
    }
}
