import Kernel

/// The name of a concert or of one of its dates, such as `moon-tour` or `2026-12-24`. Users type it instead of an id.
package enum ShortName {
    package static let maximumLength = 40

    package static func check(_ name: String) throws(ConcertRefusal) {
        let isSpelled = name.utf8.allSatisfy { character in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) || character == UInt8(ascii: "-")
        }
        guard isSpelled, (1...maximumLength).contains(name.utf8.count), name.first != "-", name.last != "-" else {
            throw .invalid(
                "name",
                "must have 1 to \(maximumLength) lower-case letters, digits and hyphens, and no hyphen at either end; "
                    + "got “\(Excerpt.of(name))”"
            )
        }
    }
}

/// Checks free texts for people.
enum PlainText {
    static let maximumLength = 200

    static func check(_ text: String, _ field: String, mayBeEmpty: Bool = false) throws(ConcertRefusal) {
        guard text.utf8.count <= maximumLength, mayBeEmpty || !text.isEmpty else {
            throw .invalid(field, "must have \(mayBeEmpty ? 0 : 1) to \(maximumLength) bytes; got \(text.utf8.count)")
        }
    }
}
