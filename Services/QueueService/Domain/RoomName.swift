/// The name of a room.
package struct RoomName: Hashable, Sendable {
    package static let maximumLength = 64

    package let text: String

    package init(_ text: String) throws(QueueRefusal) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= Self.maximumLength,
            text.utf8.allSatisfy({ letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-") })
        else {
            throw .invalid(
                "name",
                "must have 1 to \(Self.maximumLength) lower-case letters, digits and hyphens, beginning with a letter")
        }
        self.text = text
    }
}
