import ConcertAPI
import ConcertDomain
import Database
import Identity
import RPC
import Service

extension ConcertServer {
    func checkIn(_ request: CheckInRequest, call: Call) async throws -> CheckInReply {
        let id = try call.requestID
        let code = try verifier.verified(request.code)
        return try await database.transaction(before: call.deadline) { tx in
            let old = try TicketTable.require(code.ticket, of: code.concert, tx)
            var ticket = old
            let schedule = try ScheduleTable.require(ticket.schedule, of: ticket.concert, tx)
            try schedule.checkGate(of: request.scheduleID)
            if ticket.state == .valid { try schedule.checkGate(within: request.window, now: tx.now) }
            if try ticket.use(by: id, now: tx.now) {
                try TicketTable.save(ticket, was: old, tx)
                try ActionTable.append(call, tx)
            }
            let concert = try ConcertTable.require(ticket.concert, tx)
            let shown = ConcertAPI.Ticket(ticket, on: schedule)
            return CheckInReply(
                ticket: shown, concertName: concert.name, scheduleName: schedule.settings.name,
                codeStartsAt: code.startsAt == shown.startsAt ? nil : code.startsAt)
        }
    }
}

extension TicketVerifier {
    /// The content of a code. Refuses a code that is not genuine.
    func verified(_ code: String) throws(ConcertRefusal) -> TicketCode {
        do throws(TokenError) {
            return try verify(code)
        } catch {
            throw .because(.codeRefused, "the ticket code was rejected: \(error)")
        }
    }
}
