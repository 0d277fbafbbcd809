import ConcertService
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI
import WalletService

/// The checks after a crowd has bought. No payment is undecided, the audit finds no violation, all promises hold, and
/// every acknowledged payment has its ticket.
struct Aftermath {
    /// One poll takes about 250 ms.
    private static let maximumPolls = 240

    private let crowd: Crowd
    private let programs: Programs

    init(_ crowd: Crowd, _ programs: Programs) {
        self.crowd = crowd
        self.programs = programs
    }

    /// Ends the crowd and the services, and checks.
    func check() async throws {
        try await waitForQuiet()
        let audit = try await crowd.audit()
        #expect(audit.violation == "")
        await crowd.shutdown()
        try await programs.kill(Programs.Name.allCases)
        try await checkBooks()
    }

    private func waitForQuiet() async throws {
        let clock = SystemClock()
        try await clock.sleep(for: Crowd.hold)
        for _ in 1...Self.maximumPolls {
            let (pending, due) = (try await crowd.audit().pendingPaymentCount, try await crowd.refundsDue())
            if pending == 0, due == 0, try await passesDue() == 0 { return }
            try await clock.sleep(for: .milliseconds(250))
        }
        Issue.record("payments, refunds or passes stay open")
    }

    /// Kills Wallet once more, because no call returns this number.
    private func passesDue() async throws -> Int {
        try await programs.kill([.wallet])
        let count = try await programs.inspect(.wallet, .wallet) { try WalletBooks($0).passesDue }
        try await programs.restart([.wallet])
        return count
    }

    /// Checks all promises on the stored rows.
    private func checkBooks() async throws {
        let wallet = try await programs.inspect(.wallet, .wallet) { try WalletBooks($0) }
        let concert = try await programs.inspect(.concert, .concert) { try ConcertBooks($0) }
        var invariants = Invariants()
        try invariants.check(wallet)
        try invariants.check(concert)
        try invariants.check(wallet, concert)
        try invariants.checkQuiet(wallet, concert, at: SystemClock().now)
        try invariants.received(crowd.isPaid, wallet)
        for (payment, isPaid) in crowd.isPaid where isPaid {
            let reservation = crowd.reservations[payment]!
            guard !crowd.returned.contains(reservation) else { continue }
            #expect(
                concert.tickets(of: reservation).count == 1,
                "payment \(payment) is PAID, so its reservation has a ticket")
        }
    }
}
