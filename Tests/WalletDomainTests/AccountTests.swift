import Kernel
import TestSupport
import Testing
import WalletDomain

@Suite struct AccountTests {
    private static let cause = RequestID(high: 1, low: 1)

    @Test func `every kind of entry moves money from one side to another`() {
        for kind in Entry.Kind.allCases {
            #expect(Entry.Side.allCases.reduce(0) { $0 + kind.sign(on: $1) } == 0, "\(kind)")
            #expect(kind.from != kind.to, "\(kind)")
        }
    }

    @Test func `no movement makes an amount negative, and a refused one changes nothing`() {
        var account = Account(of: .alice, in: .eur, available: 10, pending: 5, entries: 2)
        let before = account
        let moves: [(Entry.Kind, Int64)] = [(.setAside, 11), (.payment, 6), (.release, 6), (.topUp, 0)]
        for (kind, amount) in moves {
            #expect(account.move(kind, Money(minorUnits: amount, .eur), for: Self.cause, now: .noon) == nil, "\(kind)")
        }
        #expect(account.move(.topUp, Money(minorUnits: .max, .eur), for: Self.cause, now: .noon) == nil)
        #expect(account.move(.topUp, Money(minorUnits: 1, .usd), for: Self.cause, now: .noon) == nil)
        #expect(account == before)
    }

    @Test func `entries are numbered and state the account's money after them`() {
        var account = Account(of: .alice, in: .eur)
        let moves: [(Entry.Kind, Int64)] = [(.topUp, 50), (.setAside, 30), (.payment, 30), (.refund, 30)]
        let entries = moves.compactMap {
            account.move($0.0, Money(minorUnits: $0.1, .eur), for: Self.cause, now: .noon)
        }
        #expect(entries.map(\.serial) == [1, 2, 3, 4])
        #expect(entries.map(\.available) == [50, 20, 20, 50])
        #expect(entries.map(\.pending) == [0, 30, 0, 0])
    }

    @Test func `a top-up is between one cent and the limit`() throws {
        let limits = MoneyLimits(topUp: 100, balance: 1000)
        for amount in [0, -1, 101, .max] as [Int64] {
            #expect(throws: WalletRefusal.self) {
                try TopUp(Self.cause, for: .alice, Money(minorUnits: amount, .eur), within: limits)
            }
        }
        let topUp = try TopUp(Self.cause, for: .alice, Money(minorUnits: 100, .eur), within: limits)
        try topUp.asked(for: topUp)
        let other = try TopUp(Self.cause, for: .alice, Money(minorUnits: 99, .eur), within: limits)
        #expect(throws: WalletRefusal.requestIDReused) { try topUp.asked(for: other) }
    }

    @Test(arguments: [
        "al", "Alice", "1alice", "-alice", "alice bob", "älice", "", "a123456789012345678901234567890123",
    ])
    func `an invalid name is refused`(name: String) {
        #expect(throws: WalletRefusal.self) { try UserName(name) }
    }

    @Test(arguments: ["bob", "alice.b-c_2", "a1234567890123456789012345678901"])
    func `a name is 3 to 32 letters, digits, dots, hyphens and underscores`(name: String) throws {
        #expect(try UserName(name).text == name)
    }

    @Test func `a password has 8 to 128 bytes`() throws {
        for length in [7, 129] {
            #expect(throws: WalletRefusal.self) { try NewPassword.check(String(repeating: "x", count: length)) }
        }
        for length in [8, 128] { try NewPassword.check(String(repeating: "x", count: length)) }
    }
}
