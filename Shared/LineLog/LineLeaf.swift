import Identity
import Kernel

/// A place as a leaf of the log. It shows no person, and only a holder of the id of the place can make it.
///
///     "onsale place v1\n" | room (16) | number i64 | joined at i64 | SHA-256 of the place id (32)       big endian
package struct LineLeaf: Equatable, Sendable {
    private static let title = Array("onsale place v1\n".utf8)
    private static let byteCount = 80

    package let room: RoomID
    /// The number in the log, counted from 1. Leaf `number - 1` of the tree.
    package let number: Int64
    package let joinedAt: Timestamp
    package let place: PlaceID

    package init(room: RoomID, number: Int64, joinedAt: Timestamp, place: PlaceID) {
        self.room = room
        self.number = number
        self.joinedAt = joinedAt
        self.place = place
    }

    package var hash: SHA256Hash {
        var content = Self.title
        content.reserveCapacity(Self.byteCount)
        content += room.bytes
        content += number.bigEndianBytes
        content += joinedAt.milliseconds.bigEndianBytes
        content += SHA256Hash(of: place.bytes).bytes
        return .leaf(content)
    }
}
