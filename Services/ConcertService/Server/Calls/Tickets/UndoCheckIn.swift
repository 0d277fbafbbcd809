import ConcertAPI
import ConcertDomain
import Database
import RPC
import Service

extension ConcertServer {
    func undoCheckIn(_ request: UndoCheckInRequest, call: Call) async throws -> UndoCheckInReply {
        let id = try call.requestID
        return try await database.transaction(before: call.deadline) { tx in
            let old = try TicketTable.require(request.ticketID, of: request.concertID, tx)
            var ticket = old
            if try ticket.undoUse(by: id, reason: request.reason, now: tx.now), let undo = ticket.undo {
                try TicketTable.saveUndo(undo, of: ticket, was: old, tx)
                try ActionTable.append(call, tx)
            }
            let schedule = try ScheduleTable.require(ticket.schedule, of: ticket.concert, tx)
            return UndoCheckInReply(ticket: .init(ticket, on: schedule))
        }
    }
}
