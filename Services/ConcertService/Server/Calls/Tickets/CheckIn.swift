import ConcertAPI
import ConcertDomain
import Database
import Identity
import RPC
import Service

extension ConcertServer {
    func checkIn(_ request: CheckInRequest, call: Call) async throws -> CheckInReply {
        let id = try call.requestID
        let code: TicketCode
        do throws(TokenError) {
            code = try verifier.verify(request.code)
        } catch {
            throw ConcertRefusal.because(.codeRefused, "the ticket code was rejected: \(error)")
        }
        return try await database.transaction(before: call.deadline) { tx in
            guard let old = try TicketTable.find(code.ticket, of: code.concert, tx) else {
                throw ConcertRefusal.because(.ticketUnknown)
            }
            var ticket = old
            if try ticket.use(by: id, at: request.scheduleID, now: tx.now) {
                try TicketTable.save(ticket, was: old, tx)
                try ActionTable.append(call, tx)
            }
            let concert = try ConcertTable.require(ticket.concert, tx)
            let schedule = try ScheduleTable.require(ticket.schedule, of: ticket.concert, tx)
            return CheckInReply(
                ticket: .init(ticket), concertName: concert.name, scheduleName: schedule.settings.name)
        }
    }
}
