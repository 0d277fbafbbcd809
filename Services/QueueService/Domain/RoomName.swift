import Kernel

package struct RoomName: Hashable, Sendable {
    package static let maximumLength = 64

    package let text: String

    package init(_ text: String) throws(QueueRefusal) {
        guard text.utf8.count <= Self.maximumLength, text.isName(with: "-") else {
            throw .invalid(
                "name",
                "must have 1 to \(Self.maximumLength) lower-case letters, digits and hyphens, beginning with a letter")
        }
        self.text = text
    }
}
