import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// Completes the names of concerts, dates, rooms, grades, tickets and reservations. A shell waits for it, so it gives up early.
struct NameCompletion {
    private static let timeout = "1s"
    private static let maximumConcerts = 20

    /// The operands that options give, too.
    private static let options = [
        SeatFlags.grade.flag: "GRADE", "--room": RoomSettings.name.name, "--browse-room": RoomSettings.name.name,
        "--date": Operands.target.name,
    ]

    private let run: Invocation
    /// The typed words.
    private let words: [String]

    /// The command, and the name of the operand that the next word gives.
    private static func subject(of typed: [String]) -> (command: Syntax, name: String)? {
        if let name = typed.last.flatMap({ options[$0] }) {
            let words = typed.dropLast().filter { !$0.hasPrefix("-") }
            return CommandTable.command(for: words[...]).map { ($0.syntax, name) }
        }
        return CommandTable.completion.operand(after: typed).map { ($0.command, $0.operand.name) }
    }

    /// The names that may follow the typed words, one per line. Empty if a service does not answer.
    static func answer(
        to typed: [String], on console: Console, environment: [String: String], clock: any Clock
    ) async -> String {
        guard let (syntax, name) = subject(of: typed),
            let command = CommandTable.command(for: syntax.words[...])
        else { return "" }
        let options = typed.filter { $0.hasPrefix("--") && $0.contains("=") }
        var environment = environment
        environment["ONSALE_TIMEOUT"] = timeout
        let arguments = Arguments(options[...], of: command.syntax, environment: environment)
        guard let profiled = try? Profile.environment(arguments, environment) else { return "" }
        let complete = Arguments(options[...], of: command.syntax, environment: profiled)
        let run = Invocation(command, complete, on: console, environment: profiled, clock: clock)
        let names = (try? await NameCompletion(run: run, words: typed).names(of: name)) ?? []
        await run.caller.connections.close()
        return names.map { "\($0.argument)\t\n" }.joined()
    }

    private func names(of operand: String) async throws -> [String] {
        switch operand {
        case Operands.concert.name: return try await run.catalogue.concerts().map(\.name)
        case Operands.target.name: return try await targets()
        case RoomSettings.name.name: return try await Rooms(run.caller).all().map(\.name)
        case "GRADE":
            guard let target = words.lazy.compactMap({ Target($0) }).first(where: { $0.date != nil }) else { return [] }
            return try await Seats(of: run.catalogue.date(target), run.caller).plan().grades.map(\.name)
        case "TICKET": return try await Tickets(run.caller).valid().map(\.ticket.seat)
        case Operands.reservation.name:
            return try await Reservations(run.caller).all(of: nil).map { IDSuffix.text(of: $0.reservationID) }
        default: return []
        }
    }

    private func targets() async throws -> [String] {
        var names: [String] = []
        for concert in try await run.catalogue.concerts().suffix(Self.maximumConcerts) {
            names.append(concert.name)
            names += ((try? await run.catalogue.dates(of: concert)) ?? []).map(\.name)
        }
        return names
    }
}
