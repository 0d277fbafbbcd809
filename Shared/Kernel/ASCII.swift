extension UInt8 {
    package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    package var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    package var isUppercaseLetter: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    package var isLetterOrDigit: Bool { isLowercaseLetter || isUppercaseLetter || isDigit }
}

extension String {
    /// True if the text has only lower-case letters, digits and `others`.
    package func isMade(ofLettersDigitsAnd others: String) -> Bool {
        utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || others.utf8.contains($0) }
    }

    /// True if it also begins with a letter.
    package func isName(with others: String) -> Bool {
        utf8.first?.isLowercaseLetter == true && isMade(ofLettersDigitsAnd: others)
    }
}
