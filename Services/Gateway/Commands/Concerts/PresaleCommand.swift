import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// Sets the presales of a date.
enum PresaleCommand {
    private static let rooms = Operand(list: "ROOM", .text("ROOM"), isRequired: false)

    static let command = Command(
        "admin schedule presales", "Sets the presales of a date: rooms whose passes it accepts beside its own.",
        details: """
            A presale is a waiting room with its own times and limits. A date has at most 3, and needs a room of its own.
            Without ROOM, the command removes them.
            """,
        calls: [.concert, .queue], caller: .operator, operands: [Operands.target, rooms],
        examples: ["moon-tour/friday members partners", "moon-tour/friday"],
        run: { run in
            let date = try await run.catalogue.date(run[Operands.target])
            var presales: [Presale] = []
            for name in run[rooms] {
                presales.append(Presale(roomID: try await Rooms(run.caller).room(named: name).roomID))
            }
            let request = SetPresalesRequest(
                concertID: date.concert.concertID, scheduleID: date.id, presales: presales, version: date.entry.version)
            let reply = try await run.caller.call(ConcertMethods.setPresales, request)
            let names = run[rooms].joined(separator: ", ")
            run.show(
                ConcertDate(concert: date.concert, entry: reply.schedule).json,
                names.isEmpty ? "\(date.name) has no presales." : "Presales of \(date.name): \(names).")
        })
}
