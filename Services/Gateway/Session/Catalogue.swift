import ConcertAPI
import Kernel
import QueueAPI
import RPC

/// What people call a date: `moon-tour/friday`, or `moon-tour` where the concert has one date; or a waiting room by its own
/// name: `room:summer-sale`.
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

    /// The waiting room that is meant instead of a date.
    var room: String? { concert.hasPrefix("room:") ? String(concert.dropFirst(5)) : nil }

    var text: String { date.map { "\(concert)/\($0)" } ?? concert }
}

extension ValueKind<Target> {
    static var target: Self {
        ValueKind(
            placeholder: "CONCERT/DATE", allowed: "a concert and its date, such as moon-tour/friday, or moon-tour alone"
        ) { Target($0) }
    }
}

/// A date of a concert, found by its name.
struct FoundDate: Sendable {
    let concert: ConcertEntry
    let schedule: ScheduleEntry

    var settings: ScheduleSettings { schedule.settings ?? ScheduleSettings() }
    var name: String { "\(concert.name)/\(settings.name)" }
    /// Empty where it takes no pass.
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
        throw .refused("there is no concert \(name.printable). \(hint)")
    }

    func dates(of concert: ConcertEntry, onlyWithFreeSeats: Bool = false) async throws(GatewayError) -> [ScheduleEntry]
    {
        let isOperator = command.caller == .operator
        let needsPass = !concert.browseRoomID.isEmpty && !isOperator
        let request = ListSchedulesRequest(
            concertID: concert.concertID, onlyWithFreeSeats: onlyWithFreeSeats,
            pass: needsPass ? try await pass(of: concert.browseRoomID, for: concert.name) : [])
        let isNamed = !concert.browseRoomID.isEmpty
        return try await call(ConcertMethods.listSchedules, request, isNamed: isNamed).schedules
    }

    /// The date that is meant. A concert with one date needs no more than its name.
    func date(_ target: Target) async throws(GatewayError) -> FoundDate {
        let concert = try await concert(named: target.concert)
        let dates = try await dates(of: concert)
        guard let name = target.date else {
            if dates.count == 1 { return FoundDate(concert: concert, schedule: dates[0]) }
            if dates.isEmpty { throw .refused("\(concert.name) has no date yet") }
            throw .usage("\(concert.name) has \(dates.count) dates. Say which: \(names(of: dates, concert))")
        }
        if let date = dates.first(where: { $0.settings?.name == name }) {
            return FoundDate(concert: concert, schedule: date)
        }
        throw .refused(
            dates.isEmpty
                ? "\(concert.name) has no date yet"
                : "\(concert.name) has no date \(name.printable). There is \(names(of: dates, concert))")
    }

    private func names(of dates: [ScheduleEntry], _ concert: ConcertEntry) -> String {
        let namedAtMost = 8
        let names = dates.prefix(namedAtMost).map { "\(concert.name)/\($0.settings?.name ?? "")" }
        let more = dates.count > namedAtMost ? " and more, see: gateway dates \(concert.name)" : ""
        return names.joined(separator: ", ") + more
    }

    /// The date that a command means, asked for where nothing is said and somebody is there.
    func askedDate() async throws(GatewayError) -> FoundDate {
        if let target = try arguments.value(Self.optionalTarget) { return try await date(target) }
        guard canAsk else { throw .usage("CONCERT/DATE is missing. Usage: \(command.usage)") }
        return try await askedDate(of: try await askedConcert())
    }

    func askedDate(of concert: ConcertEntry) async throws(GatewayError) -> FoundDate {
        let dates = try await dates(of: concert)
        if dates.isEmpty { throw .refused("\(concert.name) has no date yet") }
        let date = try choose("Which date?", among: dates, { $0.settings?.name ?? "" }) { date in
            let settings = date.settings ?? ScheduleSettings()
            return "\(settings.name)  \(shown(settings.startsAtMs))  \(date.counts?.free ?? 0) seats left"
        }
        return FoundDate(concert: concert, schedule: date)
    }

    func askedConcert() async throws(GatewayError) -> ConcertEntry {
        let concerts = try await concerts()
        if concerts.isEmpty { throw .refused("there is no concert yet") }
        return try choose("Which concert?", among: concerts, \.name) { "\($0.name)  \($0.title.printable)" }
    }
}
