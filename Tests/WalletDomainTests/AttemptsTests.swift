import Kernel
import TestSupport
import Testing
import WalletDomain

@Suite struct AttemptsTests {
    @Test func `pauses double from 200 ms to 5 s and are up to a quarter shorter`() {
        let ids = (1...200).map { PaymentID(high: 1, low: UInt64($0) << 32) }
        for (attempt, longest) in [(1, 200), (2, 400), (3, 800), (5, 3200), (6, 5000), (7, 5000), (100_000, 5000)] {
            let pauses = ids.map { Attempts.pause(after: attempt, of: $0).milliseconds }
            #expect(pauses.allSatisfy { ($0 * 4 >= longest * 3 - 4) && $0 <= longest }, "attempt \(attempt)")
            #expect(Set(pauses).count > 5, "attempt \(attempt): the pauses of different payments are equal")
        }
    }

    @Test func `the pauses of a payment are reproducible`() {
        let id = PaymentID(high: 1, low: 7)
        #expect((1...9).map { Attempts.pause(after: $0, of: id) } == (1...9).map { Attempts.pause(after: $0, of: id) })
    }
}
