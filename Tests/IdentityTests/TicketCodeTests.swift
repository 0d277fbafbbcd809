import Identity
import Kernel
import TestSupport
import Testing

@Suite struct TicketCodeTests {
    private let keyFile = KeyFile.random()
    private let code = TicketCode(
        concert: ConcertID(high: 1, low: 2), ticket: TicketID(high: 3, low: 4), startsAt: .noon, seat: "A-12")

    @Test func `public keys verify a genuine code`() throws {
        let signer = TicketSigner(keyFile)
        let published = try signer.publicKeys.map { try #require(TicketPublicKey(id: $0.id, bytes: $0.bytes)) }
        #expect(try TicketVerifier(published).verify(signer.sign(code)) == code)
    }

    @Test func `a code uses only the dense alphabet of QR codes`() {
        let text = TicketSigner(keyFile).sign(code)
        #expect(
            text.utf8.allSatisfy {
                UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || UInt8(ascii: "2")...UInt8(ascii: "7") ~= $0
            })
        #expect(text.utf8.count == 181)
    }

    @Test func `a token with an altered bit, a missing byte or an added byte is refused`() {
        let signer = TicketSigner(keyFile)
        let verifier = TicketVerifier(signer.publicKeys)
        for bytes in spoiled(Array(signer.sign(code).utf8)) {
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            #expect(throws: TokenError.self) { try verifier.verify(text) }
        }
    }

    @Test func `a code with an altered letter of the alphabet is refused`() {
        let signer = TicketSigner(keyFile)
        let verifier = TicketVerifier(signer.publicKeys)
        let text = Array(signer.sign(code).utf8)
        for index in text.indices {
            for letter in "AQ7".utf8 where letter != text[index] {
                var altered = text
                altered[index] = letter
                #expect(throws: TokenError.self) { try verifier.verify(String(decoding: altered, as: UTF8.self)) }
            }
        }
    }

    @Test func `a refusal names its reason`() {
        let signer = TicketSigner(keyFile)
        let verifier = TicketVerifier(signer.publicKeys)
        var altered = Array(signer.sign(code).utf8)
        altered[60] = altered[60] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        #expect(throws: TokenError.forged) { try verifier.verify(String(decoding: altered, as: UTF8.self)) }
        #expect(throws: TokenError.malformed) { try verifier.verify("https://example.com/ticket") }
        #expect(throws: TokenError.malformed) { try verifier.verify("") }
        #expect(throws: TokenError.malformed) { try verifier.verify(signer.sign(code).lowercased()) }
        let other = KeyFile.random()
        #expect(throws: TokenError.unknownKey(other.ids(of: .ticket)[0])) {
            try verifier.verify(TicketSigner(other).sign(code))
        }
    }

    @Test func `a signature of another key under a known id is forged`() throws {
        let signer = TicketSigner(keyFile)
        let other = TicketSigner(KeyFile.random())
        let wrong = try #require(TicketPublicKey(id: signer.publicKeys[0].id, bytes: other.publicKeys[0].bytes))
        #expect(throws: TokenError.forged) { try TicketVerifier([wrong]).verify(signer.sign(code)) }
    }

    @Test(arguments: ["", "A-1", "Balcony left, row 12, seat 34", "★"])
    func `the seat survives a round trip`(seat: String) throws {
        let signer = TicketSigner(keyFile)
        let code = TicketCode(concert: code.concert, ticket: code.ticket, startsAt: .noon, seat: seat)
        #expect(try TicketVerifier(signer.publicKeys).verify(signer.sign(code)) == code)
    }

    @Test func `a public key has exactly 32 bytes`() {
        let id = TicketSigner(keyFile).publicKeys[0].id
        #expect(TicketPublicKey(id: id, bytes: []) == nil)
        #expect(TicketPublicKey(id: id, bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }
}
