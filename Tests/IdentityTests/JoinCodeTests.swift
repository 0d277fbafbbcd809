import Identity
import Kernel
import TestSupport
import Testing

@Suite struct JoinCodeTests {
    private let codes = JoinCodes(.random())
    private let code = JoinCode(
        0, of: RequestID(high: 1, low: 2), for: RoomID(high: 3, low: 4), uses: 5, expiry: .noon + .hours(1))

    @Test func `a code carries its room, number, uses and expiry in 124 characters`() throws {
        let text = codes.sign(code)
        #expect(text.utf8.count == 124 && text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) })
        #expect(try codes.verify(text) == code)
        #expect(JoinCode.room(in: text) == code.room)
    }

    @Test func `a changed character, a missing one and an added one are refused`() {
        let text = codes.sign(code)
        let altered = text.indices.map { index in
            text.replacingCharacters(at: index, with: text[index] == "A" ? "B" : "A")
        }
        for wrong in altered + [String(text.dropLast()), text + "A", "", text.lowercased()] {
            #expect(throws: TokenError.self) { try codes.verify(wrong) }
        }
    }

    @Test func `a code of another site is refused`() {
        let foreign = JoinCodes(.random()).sign(code)
        #expect(throws: TokenError.self) { try codes.verify(foreign) }
        #expect(JoinCode.room(in: foreign) == code.room, "a client reads the room without the keys")
    }

    @Test func `a code outlives a new key, until the old one is dropped`() throws {
        var file = KeyFile.random()
        let text = JoinCodes(file).sign(code)
        let old = file.ids(of: .line)[0]
        try file.promote(try file.stage(.line), of: .line)
        #expect(try JoinCodes(file).verify(text) == code)
        try file.drop(old, of: .line)
        #expect(throws: TokenError.unknownKey(old)) { try JoinCodes(file).verify(text) }
    }

    @Test func `requests, indexes, uses and expiries make different codes, and the same request the same ones`() {
        func number(_ index: Int = 0, _ request: UInt64 = 2, uses: Int64 = 5, hours: Int = 1) -> UInt64 {
            JoinCode(
                index, of: RequestID(high: 1, low: request), for: code.room, uses: uses, expiry: .noon + .hours(hours)
            ).number
        }
        #expect(Set([number(), number(1), number(0, 3), number(uses: 6), number(hours: 2)]).count == 5)
        #expect(number() == code.number)
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index, with character: Character) -> String {
        self[..<index] + String(character) + self[self.index(after: index)...]
    }
}
