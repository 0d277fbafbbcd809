import Kernel
import Testing

@testable import RPC

/// The counts of the calls of each user.
@Suite struct UserLoadsTests {
    private func user(_ number: Int) -> UserID { UserID(high: 7, low: UInt64(number)) }

    @Test func `a user has one load while something refers to it, however many others come`() {
        let loads = UserLoads()
        let held = (0..<3000).map { loads.load(of: user($0)) }
        for number in 3000..<30_000 { _ = loads.load(of: user(number)) }
        for (number, load) in held.enumerated() { #expect(loads.load(of: user(number)) === load) }
    }

    @Test func `the loads of users who are gone leave the memory`() {
        let loads = UserLoads()
        let held = (0..<100).map { loads.load(of: user($0)) }
        for number in 100..<100_000 { _ = loads.load(of: user(number)) }
        #expect(loads.count <= 300)
        var many = (0..<5000).map { loads.load(of: user($0)) }
        many = []
        for number in 0..<12_000 { _ = loads.load(of: user(number)) }
        #expect(loads.count <= 300 && held.count == 100 && many.isEmpty)
    }
}
