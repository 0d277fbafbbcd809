import Identity
import Kernel

/// A place as a leaf of the log. It shows no person, and only a holder of the id of the place can make it.
///
///     "onsale place v1\n" | room (16) | number i64 | joined at i64 | SHA-256 of the place id (32)       big endian
package struct LineLeaf: Equatable, Sendable {
    private static let title = Array("onsale place v1\n".utf8)
    private static let byteCount = 80
    private static let idByteCount = 16

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

    /// Written without arrays: each join makes one.
    package var hash: SHA256Hash {
        let placeHash = SHA256Hash(ofMessage: Self.idByteCount) { Self.store(place, in: $0, at: 0) }
        return .leaf(Self.byteCount) { content in
            content.copyBytes(from: Self.title)
            Self.store(room, in: content, at: 16)
            content.storeBytes(of: number.bigEndian, toByteOffset: 32, as: Int64.self)
            content.storeBytes(of: joinedAt.milliseconds.bigEndian, toByteOffset: 40, as: Int64.self)
            placeHash.store(in: content, at: 48)
        }
    }

    private static func store<Entity>(_ id: ID<Entity>, in content: UnsafeMutableRawBufferPointer, at offset: Int) {
        content.storeBytes(of: id.high.bigEndian, toByteOffset: offset, as: UInt64.self)
        content.storeBytes(of: id.low.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    }
}
