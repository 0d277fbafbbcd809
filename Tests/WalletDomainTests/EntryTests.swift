import Kernel
import TestSupport
import Testing
import WalletDomain

@Suite struct EntryTests {
    @Test func `every kind of entry moves money from one side to another`() {
        for kind in Entry.Kind.allCases {
            #expect(Entry.Side.allCases.reduce(0) { $0 + kind.sign(on: $1) } == 0, "\(kind)")
            #expect(kind.from != kind.to, "\(kind)")
        }
    }

    @Test func `a top-up is between one cent and the limit`() throws {
        let limits = MoneyLimits(topUp: 100, balance: 1000)
        for amount in [0, -1, 101, .max] as [Int64] {
            #expect(throws: WalletRefusal.self) {
                try TopUp(RequestID(high: 1, low: 1), for: .alice, Money(minorUnits: amount, .eur), within: limits)
            }
        }
        for amount in [1, 100] as [Int64] {
            _ = try TopUp(RequestID(high: 1, low: 1), for: .alice, Money(minorUnits: amount, .eur), within: limits)
        }
    }
}
