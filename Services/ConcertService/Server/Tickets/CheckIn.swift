import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC

extension ConcertServer {
    func checkIn(_ request: CheckInRequest, call: Call) async throws -> CheckInReply {
        let id = try call.requestID
        let code: TicketCode
        do throws(TokenError) {
            code = try verifier.verify(request.code)
        } catch {
            throw ConcertRefusal.codeRefused("\(error)")
        }
        let ticket = try await database.transaction(before: call.deadline) { tx in
            guard let old = try TicketTable.find(code.ticket, of: code.concert, tx) else {
                throw ConcertRefusal.ticketUnknown
            }
            var ticket = old
            if try ticket.use(by: id, now: tx.now) { try TicketTable.save(ticket, was: old, tx) }
            return ticket
        }
        return CheckInReply(ticket: TicketEntry(ticket))
    }
}
