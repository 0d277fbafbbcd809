/// Reads the comma-separated values that people and spreadsheets write (RFC 4180): fields in quotes, any line breaks, a
/// mark of UTF-8 at the start, and semicolons or tabs instead of commas.
enum CSVText {
    /// In place of commas.
    private static let separators: [Character] = [";", "\t"]

    struct Line: Equatable {
        let number: Int
        let text: String
        /// The fields without the spaces around them. Empty fields at the end, which spreadsheets add, are dropped.
        let fields: [String]
    }

    /// The lines that are neither empty nor comments. `columnCount` is the number of fields that each should have.
    static func lines(_ text: String, columnCount: Int) throws(GatewayError) -> [Line] {
        let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
        guard !text.unicodeScalars.contains("\u{fffd}") else {
            throw .usage("the file is not UTF-8 text. Save it as “CSV UTF-8”")
        }
        var lines: [Line] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmed
            if line.hasPrefix("#") { continue }
            // Commas may have white space around them, and a text may have a semicolon.
            let separator = separators.first { mark in line.count { $0 == mark } >= columnCount - 1 } ?? ","
            var fields = try Self.fields(of: line, separator, index + 1)
            while fields.count > columnCount, fields.last == "" { fields.removeLast() }
            // Spreadsheets fill empty lines with separators.
            if fields.allSatisfy(\.isEmpty) || fields[0].hasPrefix("#") { continue }
            lines.append(Line(number: index + 1, text: line, fields: fields))
        }
        return lines
    }

    private static func fields(of line: String, _ separator: Character, _ number: Int) throws(GatewayError) -> [String]
    {
        var fields: [String] = []
        var rest = line[...]
        while true {
            rest = rest.drop { $0 == " " }
            if rest.first == "\"" {
                fields.append(try quoted(&rest, number).trimmed)
                rest = rest.drop { $0 == " " }
            } else {
                fields.append(String(rest.prefix { $0 != separator }).trimmed)
                rest = rest.drop { $0 != separator }
            }
            guard let next = rest.popFirst() else { return fields }
            guard next == separator else {
                throw .usage("line \(number): \(separator) must follow the quotation mark, not \(next)")
            }
        }
    }

    /// The field in quotation marks at the start of `rest`. Two marks in it stand for one.
    private static func quoted(_ rest: inout Substring, _ number: Int) throws(GatewayError) -> String {
        var parts: [Substring] = []
        repeat {
            let part = rest.dropFirst().prefix { $0 != "\"" }
            guard part.endIndex < rest.endIndex else {
                throw .usage("line \(number): a quotation mark is missing after “\(String(part).printable)”")
            }
            parts.append(part)
            rest = rest[part.endIndex...].dropFirst()
        } while rest.first == "\""
        return parts.joined(separator: "\"")
    }
}
