import Database
import Kernel
import RPC
import WalletDomain

/// Repeats the audit of users with a violation.
///
/// An engine without a common snapshot reads the rows of a user at several moments. A payment between two of them looks
/// like a violation. A later read sees at least what an earlier one saw, so such a violation disappears or changes. A
/// true violation stays the same. If its user is active all the time, the latest violation is reported before the
/// deadline.
struct AuditRetry {
    /// The number of consecutive reads that must show the same violation.
    private static let agreeing = 3
    /// Maximum of reads of a user. After the last one, the latest violation is reported.
    private static let most = 20
    private static let backoff = Backoff(from: .milliseconds(50), upTo: .milliseconds(800))
    /// The time that remains for the answer after the last read.
    private static let answerTime = Duration.milliseconds(200)

    let database: Database
    let call: Call

    /// Returns the audit with these users added, one by one, up to the first true violation.
    func audit(_ users: ClosedRange<UserID>, after audit: LedgerAudit) async throws -> LedgerAudit {
        var audit = audit
        for user in try await database.scan(before: call.deadline, { try AuditTable.users(in: users, $0) })
        where audit.violation == nil {
            audit = try await self.audit(user, after: audit)
        }
        return audit
    }

    private func audit(_ user: UserID, after audit: LedgerAudit) async throws -> LedgerAudit {
        var seen = audit
        var violation: String?
        var count = 0
        for number in 1...Self.most {
            let before = call.remaining
            do {
                let latest = call.deadline + (.zero - Self.answerTime)
                seen = try await database.scan(before: latest) { try audit.adding(user...user, $0) }
            } catch let error as DatabaseError where error.reason == .deadlinePassed && violation != nil {
                break
            }
            guard let found = seen.violation else { break }
            count = found == violation ? count + 1 : 1
            violation = found
            let pause = Self.backoff.pause(after: number)
            // On a busy machine, the next read may take twice as long as this one.
            let next = pause + (before - call.remaining) * 2 + Self.answerTime
            if count == Self.agreeing || call.remaining < next { break }
            _ = await EventLoop.current?.pause(for: pause)
        }
        return seen
    }
}

extension LedgerAudit {
    func adding(_ users: ClosedRange<UserID>, _ reader: Reader) throws -> LedgerAudit {
        var audit = self
        try AuditTable.add(users, to: &audit, reader)
        return audit
    }
}
