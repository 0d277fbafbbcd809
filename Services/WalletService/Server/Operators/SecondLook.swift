import Database
import Kernel
import RPC
import WalletDomain

/// Audits users again whose rows did not fit together.
///
/// On an engine without a common snapshot the rows of a user are read at several moments, and a payment between two of them
/// looks like a violation. A later look sees at least what an earlier one saw, so a violation that such a payment causes is gone
/// or reads differently. A violation that is there reads the same each time.
struct SecondLook {
    /// How often a violation must read the same, one time after the other.
    private static let agreeing = 3
    /// A user whose rows never read the same twice is reported after so many looks.
    private static let most = 20
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.milliseconds(800)

    let database: Database
    let deadline: Uptime

    /// Returns the audit with these users added, one by one, up to the first whose violation stays.
    func audit(_ users: ClosedRange<UserID>, after audit: LedgerAudit) async throws -> LedgerAudit {
        var audit = audit
        for user in try await database.scan(before: deadline, { try AuditTable.users(in: users, $0) })
        where audit.misfit == nil {
            audit = try await self.audit(user, after: audit)
        }
        return audit
    }

    private func audit(_ user: UserID, after audit: LedgerAudit) async throws -> LedgerAudit {
        var seen = audit
        var pause = Self.firstPause
        var misfit: String?
        var count = 0
        for _ in 0..<Self.most {
            seen = try await database.scan(before: deadline) { try audit.adding(user...user, $0) }
            guard let found = seen.misfit else { break }
            count = found == misfit ? count + 1 : 1
            misfit = found
            if count == Self.agreeing { break }
            _ = await EventLoop.current?.pause(for: pause)
            pause = min(pause * 2, Self.longestPause)
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
