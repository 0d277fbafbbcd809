import Database
import Kernel
import RPC
import Service
import WalletAPI
import WalletDomain

/// Changes of duties by an owner.
extension WalletServer {
    func grantDuty(_ request: GrantDutyRequest, call: Call) async throws -> GrantDutyReply {
        let duty = try Duties(field: request.duty)
        return GrantDutyReply(
            login: try await change(request.name, call) { login, _ in login.grant(duty) })
    }

    func revokeDuty(_ request: RevokeDutyRequest, call: Call) async throws -> RevokeDutyReply {
        let duty = try Duties(field: request.duty)
        return RevokeDutyReply(
            login: try await change(request.name, call) { login, ownerCount in
                try login.revoke(duty, ownerCount: ownerCount)
            })
    }

    /// Checks that the caller is still an owner and signed in, and makes changes of duties wait. Otherwise a removed owner
    /// could return within the life of the last credential. A credential without a session was made with the key file.
    static func checkOwner(_ call: Call, _ tx: Transaction) throws {
        try OperatorTable.lock(tx)
        guard let caller = call.caller, let session = caller.session else { return }
        guard let session = try SessionTable.find(session, of: caller.user, tx)?.session, !session.hasEnded(at: tx.now)
        else { throw WalletRefusal.because(.sessionEnded) }
        guard try OperatorTable.find(caller.user, tx)?.login.duties.contains(.owner) == true else {
            throw RPCFailure(CallReason.dutyMissing, "another owner has revoked your duty owner")
        }
    }

    private func change(
        _ name: String, _ call: Call,
        _ body: @escaping @Sendable (inout OperatorLogin, _ ownerCount: Int) throws -> Void
    ) async throws -> WalletAPI.OperatorLogin {
        let name = try UserName(name)
        return try await database.transaction(before: call.deadline) { tx in
            try Self.checkOwner(call, tx)
            guard let found = try LoginTable.find(name, tx) else { throw WalletRefusal.because(.nameUnknown) }
            let stored = try OperatorTable.find(found.user, tx)
            let old = stored?.login ?? OperatorLogin(found.user, named: name)
            var login = old
            try body(&login, try OperatorTable.ownerCount(tx))
            guard login != old else {
                return .init(login, displayName: found.displayName, changedAt: stored?.changedAt ?? tx.now)
            }
            try OperatorTable.save(login, tx)
            try ActionTable.append(call, tx)
            return .init(login, displayName: found.displayName, changedAt: tx.now)
        }
    }
}
