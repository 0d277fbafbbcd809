import ConcertAPI
import Kernel

enum Concerts {
    static let command = Command(
        "concerts", "Lists the concerts.", calls: [.concert],
        examples: ["gateway concerts", "gateway concerts --json"],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let concerts = try await run.concerts()
        if concerts.isEmpty, !run.isJSON { return run.console.print("There are no concerts yet.") }
        var table = Table([("NAME", .left), ("TITLE", .wrapped), ("HOST", .wrapped)])
        for concert in concerts { table.add([concert.name, concert.title, concert.host]) }
        run.show(.list(concerts, json), table.text(run.console))
    }

    static func json(_ concert: ConcertEntry) -> JSON {
        .object([
            "concertId": .id(concert.concertID), "name": .string(concert.name), "title": .string(concert.title),
            "host": .string(concert.host), "currency": .string(concert.currency),
            "browseRoomId": .id(concert.browseRoomID), "createdAt": .time(concert.createdAtMs),
        ])
    }
}
