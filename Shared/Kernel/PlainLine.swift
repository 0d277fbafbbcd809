extension String {
    /// The rule of a plain line, for an error.
    package static let ruleOfPlainLines =
        "without characters that control the screen or the direction of text, and without white space at either end"

    /// True if it is one line that shows as it is, between other texts.
    package var isPlainLine: Bool {
        let changesOthers = unicodeScalars.contains { scalar in
            // Joiners shape letters and emoji. Other format characters are invisible, or change the direction.
            if scalar == "\u{200C}" || scalar == "\u{200D}" { return false }
            let category = scalar.properties.generalCategory
            return [.control, .format, .lineSeparator, .paragraphSeparator].contains(category)
        }
        return !changesOthers && first?.isWhitespace != true && last?.isWhitespace != true
    }
}
