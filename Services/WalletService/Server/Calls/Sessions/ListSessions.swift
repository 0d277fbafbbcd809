import Database
import Kernel
import RPC
import WalletAPI
import WalletDomain

extension WalletServer {
    func listSessions(_ request: ListSessionsRequest, call: Call) async throws -> ListSessionsReply {
        let (user, current) = (try call.user, call.caller?.session)
        let now = clock.now
        let sessions = try await database.read(before: call.deadline) { reader in
            try SessionTable.open(of: user, at: now, limit: UserSession.maximumOfAUser, reader)
        }
        return ListSessionsReply(sessions: sessions.map { OpenSession($0, isCurrent: $0.id == current) })
    }
}

extension OpenSession {
    fileprivate init(_ session: UserSession, isCurrent: Bool) {
        self.init(
            sessionID: session.id, isOperator: session.kind == .operator, isCurrent: isCurrent,
            address: session.address, beganAt: session.beganAt, usedAt: session.usedAt, endsAt: session.endsAt)
    }
}
