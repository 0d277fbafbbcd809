/// Records of comma-separated values (RFC 4180), which a spreadsheet opens without running a cell as a formula.
enum CSV {
    /// The record without a line break at its end.
    static func record(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") }

    /// Compares scalars and not characters, because a character can be a sign with an accent.
    private static func cell(_ text: String) -> String {
        let line = text.printable
        let isFormula = line.unicodeScalars.first.map { "=+-@".unicodeScalars.contains($0) } ?? false
        let safe = isFormula ? "'\(line)" : line
        guard safe.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" }) else { return safe }
        var quoted = "\""
        for scalar in safe.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append("\"") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
