import CThreads

/// The width of text in a terminal, in cells: an ideograph or an emoji takes two, a combining accent none.
private enum Cells {
    /// The sum over the characters of `text`, without its colours.
    static func count(_ text: some StringProtocol) -> Int {
        var (count, isInSequence) = (0, false)
        for character in text {
            if isInSequence {
                isInSequence = !character.isLetter
            } else if character == "\u{1b}" {
                isInSequence = true
            } else {
                count += Self.count(character)
            }
        }
        return count
    }

    /// A character of several scalars is as wide as its widest one. U+FE0F turns a symbol into an emoji.
    private static func count(_ character: Character) -> Int {
        if character.isASCII { return 1 }
        let scalars = character.unicodeScalars
        if scalars.contains("\u{fe0f}") || scalars.first?.properties.isEmojiPresentation == true { return 2 }
        return scalars.map { max(0, Int(onsale_cell_width(Int32(bitPattern: $0.value)))) }.max() ?? 0
    }
}

extension StringProtocol {
    /// The width in a terminal, in cells. Colours have no width.
    package var cells: Int { utf8.allSatisfy { (0x20..<0x7f).contains($0) } ? utf8.count : Cells.count(self) }

    /// The longest prefix of at most this width.
    package func prefix(cells limit: Int) -> SubSequence {
        var (end, width) = (startIndex, 0)
        while end < endIndex {
            width += self[end...end].cells
            guard width <= limit else { break }
            end = index(after: end)
        }
        return self[..<end]
    }
}
