import Kernel

/// What people type for a concert or one of its dates, so that nobody types an id: `moon-tour`, `2026-12-24`.
package enum ShortName {
    package static let longest = 40

    package static func check(_ name: String) throws(ConcertRefusal) {
        let isSpelled = name.utf8.allSatisfy { character in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) || character == UInt8(ascii: "-")
        }
        guard isSpelled, (1...longest).contains(name.utf8.count), name.first != "-", name.last != "-" else {
            throw .invalid(
                "name",
                "has 1 to \(longest) lower-case letters, digits and hyphens, none at its ends; got “\(Excerpt.of(name))”"
            )
        }
    }
}

/// Texts that people read.
enum PlainText {
    static let longest = 200

    static func check(_ text: String, _ field: String, mayBeEmpty: Bool = false) throws(ConcertRefusal) {
        guard text.utf8.count <= longest, mayBeEmpty || !text.isEmpty else {
            throw .invalid(field, "has \(mayBeEmpty ? 0 : 1) to \(longest) bytes; got \(text.utf8.count)")
        }
    }
}
