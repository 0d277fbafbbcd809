import Kernel

/// A short-lived permit to browse and reserve, for one user at one place of one room.
package struct Pass: Hashable, Sendable {
    package let room: RoomID
    package let place: PlaceID
    package let user: UserID
    package let expiry: Timestamp

    package init(room: RoomID, place: PlaceID, user: UserID, expiry: Timestamp) {
        self.room = room
        self.place = place
        self.user = user
        self.expiry = expiry
    }
}

/// Signs and verifies passes of 93 bytes. Verifying needs no call to the service that signed.
package struct Passes: Sendable {
    private static let bodyByteCount = 56

    private let seal: Seal

    package init(_ keyFile: KeyFile) {
        seal = Seal(.pass, keyFile.keys(for: .pass))
    }

    package func sign(_ pass: Pass) -> [UInt8] {
        seal.sign(pass.room.bytes + pass.place.bytes + pass.user.bytes + pass.expiry.milliseconds.bigEndianBytes)
    }

    /// Returns the pass if it belongs to `user`. The caller must check that the pass is for the right room.
    package func verify(_ bytes: [UInt8], of user: UserID, at now: Timestamp) throws(TokenError) -> Pass {
        let token = bytes.span.bytes
        try seal.check(token, bodyByteCount: Self.bodyByteCount)
        let pass = Pass(
            room: token.id(at: 5), place: token.id(at: 21), user: token.id(at: 37),
            expiry: Timestamp(milliseconds: token.bigEndian(at: 53)))
        guard pass.user == user else { throw .ofAnotherUser }
        guard now < pass.expiry else { throw .expired(at: pass.expiry) }
        return pass
    }
}
