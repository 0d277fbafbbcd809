import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    /// Stores the request only. A code is counted when a user joins with it.
    func createCodes(_ request: CreateCodesRequest, call: Call) async throws -> CreateCodesReply {
        let id = try call.requestID
        let (uses, expiry) = (Int64(max(request.uses, 1)), request.expiresAt ?? .distantFuture)
        let content = Fingerprint(["codes", "\(request.count)", "\(uses)", "\(expiry)"])
        try await database.transaction(before: call.deadline) { tx in
            let room = try RoomTable.require(request.roomID, tx)
            guard room.needsCode else { throw QueueRefusal.because(.roomNeedsNoCode) }
            guard room.decided != .closed else { throw QueueRefusal.because(.roomClosed) }
            guard tx.now < expiry else {
                throw QueueRefusal.invalid("expires_at", "must be in the future, or 0 for codes that do not expire")
            }
            if try RequestTable.insert(id, in: room.id, as: content, tx) { try ActionTable.append(call, tx) }
        }
        return CreateCodesReply(
            codes: (0..<Int(request.count)).map { index in
                codes.sign(JoinCode(index, of: id, for: request.roomID, uses: uses, expiry: expiry))
            })
    }
}
