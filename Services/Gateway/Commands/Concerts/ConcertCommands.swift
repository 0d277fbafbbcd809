import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

enum ConcertCommands {
    private static let title = Option("title", .text("TEXT"), "title for buyers; NAME if not given")
    private static let host = Option("host", .text("TEXT"), "organiser of the concert; NAME if not given")
    private static let currency = Option("currency", .currency, "currency of all prices; EUR if not given")
    private static let room = Option(
        "browse-room", .text("ROOM"), "waiting room whose pass is needed to see the dates")

    static let list = Command(
        "concerts", "Lists the concerts.", calls: [.concert],
        examples: ["gateway concerts", "gateway concerts --json"],
        run: { run in
            let concerts = try await run.catalogue.concerts()
            run.show(
                concerts, json, empty: "There are no concerts yet.", ["NAME", .wrapped("TITLE"), .wrapped("HOST")]
            ) { [$0.name, $0.title, $0.host] }
        })

    static let create = Command(
        "admin concert create", "Creates a concert.",
        details: "NAME consists of lower-case letters, digits and hyphens. Commands refer to the concert by it.",
        calls: [.concert, .queue], caller: .operator, operands: [Operands.name],
        flags: [title, host, currency, room, CommonFlags.requestID],
        examples: [
            "gateway admin concert create moon-tour --title 'The Moon Tour' --host 'Moon Records' --currency EUR"
        ],
        run: { run in
            let name = run[Operands.name]
            var request = CreateConcertRequest(
                name: name, title: run[title] ?? name, host: run[host] ?? name,
                currency: run[currency]?.code ?? "EUR")
            if let room = run[room] {
                request.browseRoomID = try await Rooms(run.caller).room(named: room).roomID
            }
            let reply = try await run.caller.call(
                ConcertMethods.createConcert, request, requestID: run.caller.newRequestID())
            let concert = reply.concert ?? ConcertEntry()
            run.show(
                json(concert),
                "Created \(concert.name). Next: gateway admin schedule add \(concert.name)/DATE --starts TIME "
                    + "--ends TIME")
        })

    private static func json(_ concert: ConcertEntry) -> JSON {
        .object([
            "concertId": .id(concert.concertID), "name": .string(concert.name), "title": .string(concert.title),
            "host": .string(concert.host), "currency": .string(concert.currency),
            "browseRoomId": .id(concert.browseRoomID), "createdAt": .time(concert.createdAtMs),
        ])
    }
}
