import CommandLine
import ConcertAPI
import Journeys

/// Asks the user for concerts and dates that the command line does not name.
struct ConcertChoice {
    let run: Invocation

    /// The target that the command line names. Asks for a concert without a name.
    func target() async throws -> Target {
        if let target = run[Operands.optionalTarget] { return target }
        guard run.questions.canAsk else {
            throw GatewayError.usage("CONCERT/DATE is missing. Usage: \(run.command.syntax.usage)")
        }
        let concerts = try await run.catalogue.concerts()
        if concerts.isEmpty { throw GatewayError.refused("there are no concerts yet") }
        let concert = try run.questions.choose("Which concert?", among: concerts, \.name) {
            "\($0.name)  \($0.title.printable)"
        }
        return Target(concert: concert.name, date: nil)
    }

    func date(of concert: Concert) async throws -> ConcertDate {
        let dates = try await run.catalogue.dates(of: concert)
        if dates.isEmpty { throw JourneyError.noDates(concert) }
        return try run.questions.choose("Which date?", among: dates, \.settings.name) { date in
            "\(date.settings.name)  \(run.localTime(date.settings.startsAt, of: concert))  \((date.entry.counts?.free ?? 0).counted("seat")) left"
        }
    }

    /// The date that the command line names. Asks for it without a name.
    func date() async throws -> ConcertDate {
        if let target = run[Operands.optionalTarget] { return try await run.catalogue.date(target) }
        return try await date(of: try await run.catalogue.concert(named: try await target().concert))
    }
}

/// Operands of several commands.
enum Operands {
    static let name = Operand("NAME", .text("NAME"))
    static let target = Operand("CONCERT/DATE", .target)
    static let optionalTarget = Operand(optional: "CONCERT/DATE", .target)
    static let concert = Operand("CONCERT", .text("CONCERT"))
    static let optionalConcert = Operand(optional: "CONCERT", .text("CONCERT"))
    static let reservation = Operand(optional: "RESERVATION", .text("RESERVATION"))
}

extension ValueKind<Target> {
    static var target: Self {
        ValueKind(
            placeholder: "CONCERT/DATE", allowed: "a concert and a date, such as moon-tour/friday, or only a concert"
        ) { Target($0) }
    }
}
