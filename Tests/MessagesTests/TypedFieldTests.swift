import Kernel
import Messages
import TestSupport
import Testing

/// Fields that are ids, times or durations in Swift.
struct TypedFieldTests {
    private static let part = TypedPart(userID: UserID(high: 3, low: 4), count: 2)
    private static let roomID = WireBytes.content(1, RoomID(high: 1, low: 2).bytes)
    private static let startsAt = WireBytes.number(3, 1000)
    private static let partField = WireBytes.content(6, WireBytes.content(1, UserID(high: 3, low: 4).bytes))

    /// The error of decoding, for a request and for a reply.
    private func errors(_ bytes: [UInt8]) -> [MessageError?] {
        let arena = Arena()
        return bytes.withUnsafeBytes { bytes in
            [
                #expect(throws: MessageError.self) { try TypedValues(checking: bytes, in: arena) },
                #expect(throws: MessageError.self) { try TypedValues(decoding: bytes, in: arena) },
            ]
        }
    }

    @Test func `a message is the same after it is encoded and decoded`() throws {
        let least = TypedValues(
            roomID: RoomID(high: 1, low: 2), startsAt: Timestamp(milliseconds: 1000), part: Self.part)
        var full = least
        full.placeID = PlaceID(high: .max, low: .max)
        full.endsAt = Timestamp(milliseconds: .max)
        full.hold = .milliseconds(1500)
        full.parts = [Self.part, TypedPart(userID: UserID(high: 0, low: 0), count: 5)]
        full.choice = .best(Self.part)
        for message in [least, full] { #expect(try TypedValues(decoding: message.encoded()) == message) }
    }

    @Test func `an id of another length is refused, and named by its path`() {
        let short = WireBytes.content(1, [1, 2])
        for (bytes, field, rule) in [
            (short + Self.startsAt + Self.partField, "room_id", "must have 16 bytes"),
            (Self.startsAt + Self.partField, "room_id", "must have 16 bytes"),
            (Self.roomID + WireBytes.content(2, [1]), "place_id", "must have 16 bytes or none"),
            (Self.roomID + Self.startsAt + WireBytes.content(6, short), "part.user_id", "must have 16 bytes"),
            (
                Self.roomID + Self.startsAt + Self.partField + WireBytes.content(7, []), "parts.user_id",
                "must have 16 bytes"
            ),
            (
                Self.roomID + Self.startsAt + Self.partField + WireBytes.content(8, short), "best.user_id",
                "must have 16 bytes"
            ),
            (Self.roomID + Self.startsAt, "part", "must be set"),
        ] {
            // A request may break another rule of the contract first.
            let error = errors(bytes)[1]
            #expect(error?.field == field && error?.rule == rule, "\(error as Any)")
        }
    }

    @Test func `a request also keeps the ranges, a reply need not`() throws {
        let bytes = Self.roomID + Self.startsAt + Self.partField
        let reply = try TypedValues(decoding: bytes)
        #expect(reply.part.count == 0)
        let error = bytes.withUnsafeBytes { bytes in
            #expect(throws: MessageError.self) { try TypedValues(checking: bytes, in: Arena()) }
        }
        #expect(error?.field == "part.count" && error?.rule == "must be 1 to 5")
    }
}
