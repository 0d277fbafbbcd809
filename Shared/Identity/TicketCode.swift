import Kernel

/// The content of a ticket's QR code. It names seat and start, so a gate without a network can use it.
package struct TicketCode: Hashable, Sendable {
    package static let maximumSeatByteCount = 32

    package let concert: ConcertID
    package let ticket: TicketID
    package let startsAt: Timestamp
    /// The label as printed on the ticket.
    package let seat: String

    package init(concert: ConcertID, ticket: TicketID, startsAt: Timestamp, seat: String) {
        precondition(seat.utf8.count <= Self.maximumSeatByteCount, "a seat has at most 32 bytes of text")
        self.concert = concert
        self.ticket = ticket
        self.startsAt = startsAt
        self.seat = seat
    }
}

/// Signs ticket codes with Ed25519. The text consists of upper-case letters and digits, as QR codes prefer.
///
///     kind u8 = 3 | key id u32 | concert (16) | ticket (16) | starts at i64 | seat (UTF-8) | signature (64)
package struct TicketSigner: Sendable {
    /// A prefix of the signed bytes, so that the signature is valid for ticket codes only.
    static let domain = Array("onsale ticket code 1\n".utf8)
    static let kind = TokenKind.ticketCode.rawValue
    static let fixedByteCount = 45

    /// The public half of every ticket key in the key file. Verifiers need no more.
    package let publicKeys: [TicketPublicKey]
    private let secretKey: [UInt8]

    package init(_ keyFile: KeyFile) {
        let pairs = keyFile.keys(for: .ticket).map { ($0.id, Sodium.signingKeys(seed: $0.secret)) }
        publicKeys = pairs.map { TicketPublicKey(id: $0, checked: $1.public) }
        secretKey = pairs[0].1.secret
    }

    package func sign(_ code: TicketCode) -> String {
        var bytes = [Self.kind]
        bytes += publicKeys[0].id.rawValue.bigEndianBytes
        bytes += code.concert.bytes
        bytes += code.ticket.bytes
        bytes += code.startsAt.milliseconds.bigEndianBytes
        bytes += code.seat.utf8
        return Base32.text(of: bytes + Sodium.signature(of: Self.domain + bytes, secretKey: secretKey))
    }
}

/// Verifies ticket codes with public keys only: without secrets, services or network.
package struct TicketVerifier: Sendable {
    private let keys: [TicketPublicKey]

    package init(_ keys: [TicketPublicKey]) {
        self.keys = keys
    }

    package func verify(_ text: String) throws(TokenError) -> TicketCode {
        let seatCounts = 0...TicketCode.maximumSeatByteCount
        guard text.utf8.count <= 256, let bytes = Base32.bytes(of: text), bytes.first == TicketSigner.kind,
            seatCounts.contains(bytes.count - TicketSigner.fixedByteCount - Sodium.signatureByteCount)
        else { throw .malformed }
        let content = Array(bytes.dropLast(Sodium.signatureByteCount))
        let span = content.span.bytes
        let id = KeyID(rawValue: span.bigEndian(at: 1))
        guard let key = keys.first(where: { $0.id == id }) else { throw .unknownKey(id) }
        let isGenuine = Sodium.isSignature(
            Array(bytes.suffix(Sodium.signatureByteCount)), of: TicketSigner.domain + content, publicKey: key.bytes)
        guard isGenuine else { throw .forged }
        return TicketCode(
            concert: span.id(at: 5), ticket: span.id(at: 21),
            startsAt: Timestamp(milliseconds: span.bigEndian(at: 37)),
            seat: String(decoding: content.dropFirst(TicketSigner.fixedByteCount), as: UTF8.self))
    }
}

package struct TicketPublicKey: Hashable, Sendable {
    package let id: KeyID
    package let bytes: [UInt8]

    /// Nil unless `bytes` has exactly 32 bytes.
    package init?(id: KeyID, bytes: [UInt8]) {
        guard bytes.count == Sodium.publicKeyByteCount else { return nil }
        self.init(id: id, checked: bytes)
    }

    init(id: KeyID, checked bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}
