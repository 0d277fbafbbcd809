/// What is seen of what a program wrote into a terminal.
enum Screen {
    /// Line by line, also those that were drawn over; without colours and what moves the cursor.
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

    /// The lines that are made of half blocks, as a picture for a decoder: dark where it was drawn dark.
    static func picture(of output: String, isDarkDrawn: Bool) -> String {
        let scale = 4
        let blocks: Set<Character> = [" ", "▀", "▄", "█"]
        let rows = lines(of: output).filter { $0.count > 40 && $0.allSatisfy(blocks.contains) }
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
