import ConcertAPI
import Kernel
import QueueAPI

enum ConcertCreate {
    private static let name = Operand("NAME", ValueKind<String>.text("NAME"))
    private static let title = Flag("--title", .text("TEXT"), "title for buyers; NAME if not given")
    private static let host = Flag("--host", .text("TEXT"), "organiser of the concert; NAME if not given")
    private static let currency = Flag("--currency", .currency, "currency of all prices; EUR if not given")
    private static let room = Flag(
        "--browse-room", .text("ROOM"), "waiting room whose pass is needed to see the dates")

    static let command = Command(
        "admin concert create", "Creates a concert.",
        details: "NAME consists of lower-case letters, digits and hyphens. Commands refer to the concert by it.",
        calls: [.concert, .queue], caller: .operator, operands: [name],
        flags: [title, host, currency, room, CommonFlags.requestID],
        examples: [
            "gateway admin concert create moon-tour --title 'The Moon Tour' --host 'Moon Records' --currency EUR"
        ],
        run: create)

    private static func create(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.required(name)
        let currency = try run.arguments.value(currency)?.code ?? "EUR"
        let request = CreateConcertRequest(
            name: name, title: try run.arguments.value(title) ?? name, host: try run.arguments.value(host) ?? name,
            currency: currency, browseRoomID: try await run.room(named: try run.arguments.value(room)))
        let reply = try await run.call(ConcertMethods.createConcert, request, requestID: try run.newRequestID())
        let concert = reply.concert ?? ConcertEntry()
        run.show(
            Concerts.json(concert),
            "Created \(concert.name). Next: gateway admin schedule add \(concert.name)/DATE --starts TIME --ends TIME")
    }
}
