import ConcertAPI
import Kernel
import QueueAPI
import RPC

/// The name of a date or a waiting room on the command line.
///
/// A date is `moon-tour/friday`, or `moon-tour` if the concert has one date. A room is `room:summer-sale`.
struct Target: Equatable, Sendable {
    let concert: String
    let date: String?

    init(concert: String, date: String?) {
        self.concert = concert
        self.date = date
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
        self.init(concert: parts[0], date: parts.count == 2 ? parts[1] : nil)
    }

    /// The name of the room. Nil if the target is a date.
    var room: String? { concert.hasPrefix("room:") ? String(concert.dropFirst(5)) : nil }

    var text: String { date.map { "\(concert)/\($0)" } ?? concert }
}

extension ValueKind<Target> {
    static var target: Self {
        ValueKind(
            placeholder: "CONCERT/DATE", allowed: "a concert and a date, such as moon-tour/friday, or only a concert"
        ) { Target($0) }
    }
}

/// A date and its concert.
struct ConcertDate: Sendable {
    let concert: ConcertEntry
    let entry: ScheduleEntry

    var id: [UInt8] { entry.scheduleID }
    var settings: ScheduleSettings { entry.settings ?? ScheduleSettings() }
    /// As on the command line: `moon-tour/friday`.
    var name: String { "\(concert.name)/\(settings.name)" }
    /// The id of its waiting room. Empty if it needs no pass.
    var room: [UInt8] { settings.roomID }
}

extension Invocation {
    static let target = Operand("CONCERT/DATE", ValueKind<Target>.target)
    static let optionalTarget = Operand("CONCERT/DATE", ValueKind<Target>.target, .optional)

    func concerts() async throws(GatewayError) -> [ConcertEntry] {
        try await allPages { last throws(GatewayError) in
            let page = try await call(ConcertMethods.listConcerts, ListConcertsRequest(after: last?.concertID ?? []))
            return (page.concerts, page.hasMore)
        }
    }

    func concert(named name: String) async throws(GatewayError) -> ConcertEntry {
        let found = try await call(ConcertMethods.listConcerts, ListConcertsRequest(name: name)).concerts.first
        if let found { return found }
        let names = try await concerts().map(\.name)
        let hint = name.nearest(among: names).map { "Did you mean \($0)?" } ?? "See: gateway concerts"
        throw .refused("unknown concert \(name.printable). \(hint)")
    }

    /// The dates of a concert. Sends a pass if the concert has a waiting room for browsing.
    func dates(of concert: ConcertEntry, onlyWithFreeSeats: Bool = false) async throws(GatewayError) -> [ScheduleEntry]
    {
        let isOperator = command.caller == .operator
        let needsPass = !concert.browseRoomID.isEmpty && !isOperator
        let request = ListSchedulesRequest(
            concertID: concert.concertID, onlyWithFreeSeats: onlyWithFreeSeats,
            pass: needsPass ? try await pass(of: concert.browseRoomID, for: concert.name) : [])
        let sendsCredential = !concert.browseRoomID.isEmpty
        return try await call(ConcertMethods.listSchedules, request, sendsCredential: sendsCredential).schedules
    }

    /// The date that the target names. The name of a concert is enough if it has one date.
    func date(_ target: Target) async throws(GatewayError) -> ConcertDate {
        let concert = try await concert(named: target.concert)
        let dates = try await dates(of: concert)
        guard let name = target.date else {
            if dates.count == 1 { return ConcertDate(concert: concert, entry: dates[0]) }
            if dates.isEmpty { throw .refused("\(concert.name) has no dates yet") }
            throw .usage("\(concert.name) has \(dates.count) dates. Name one: \(names(of: dates, concert))")
        }
        if let date = dates.first(where: { $0.settings?.name == name }) {
            return ConcertDate(concert: concert, entry: date)
        }
        throw .refused(
            dates.isEmpty
                ? "\(concert.name) has no dates yet"
                : "\(concert.name) has no date \(name.printable). Its dates: \(names(of: dates, concert))")
    }

    private func names(of dates: [ScheduleEntry], _ concert: ConcertEntry) -> String {
        let maximumNamed = 8
        let names = dates.prefix(maximumNamed).map { "\(concert.name)/\($0.settings?.name ?? "")" }
        let more = dates.count > maximumNamed ? " and more, see: gateway dates \(concert.name)" : ""
        return names.joined(separator: ", ") + more
    }

    /// The date that the command line names. Without a name it asks the user, if there is a terminal.
    func chooseDate() async throws(GatewayError) -> ConcertDate {
        if let target = try arguments.value(Self.optionalTarget) { return try await date(target) }
        guard canAsk else { throw .usage("CONCERT/DATE is missing. Usage: \(command.usage)") }
        return try await chooseDate(of: try await chooseConcert())
    }

    /// Asks the user for one of the dates of a concert.
    func chooseDate(of concert: ConcertEntry) async throws(GatewayError) -> ConcertDate {
        let dates = try await dates(of: concert)
        if dates.isEmpty { throw .refused("\(concert.name) has no dates yet") }
        let date = try choose("Which date?", among: dates, { $0.settings?.name ?? "" }) { date in
            let settings = date.settings ?? ScheduleSettings()
            return "\(settings.name)  \(localTime(settings.startsAtMs))  \(date.counts?.free ?? 0) seats left"
        }
        return ConcertDate(concert: concert, entry: date)
    }

    /// Asks the user for a concert.
    func chooseConcert() async throws(GatewayError) -> ConcertEntry {
        let concerts = try await concerts()
        if concerts.isEmpty { throw .refused("there are no concerts yet") }
        return try choose("Which concert?", among: concerts, \.name) { "\($0.name)  \($0.title.printable)" }
    }
}
