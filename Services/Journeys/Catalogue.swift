import ConcertAPI
import Kernel

/// Finds concerts and dates by name.
package struct Catalogue: Sendable {
    private static let maximumQueried = 100

    private let caller: ServiceCaller

    package init(_ caller: ServiceCaller) { self.caller = caller }

    package func concerts() async throws -> [Concert] {
        try await caller.allPages { last in
            let page = try await caller.call(
                ConcertMethods.listConcerts, ListConcertsRequest(after: last?.concertID))
            return (page.concerts, page.hasMore)
        }
    }

    /// Reservations and tickets are listed concert by concert. Without a name, only the newest concerts are queried.
    func concerts(toQuery name: String?) async throws -> [Concert] {
        if let name { return [try await concert(named: name)] }
        return try await concerts().suffix(Self.maximumQueried)
    }

    package func concert(named name: String) async throws -> Concert {
        let found = try await caller.call(ConcertMethods.listConcerts, ListConcertsRequest(name: name)).concerts.first
        if let found { return found }
        throw JourneyError.unknownConcert(name, nearest: name.nearest(among: try await concerts().map(\.name)))
    }

    /// The dates of a concert. Sends a pass if the concert has a waiting room for browsing.
    package func dates(of concert: Concert, onlyAvailable: Bool = false) async throws -> [ConcertDate] {
        let room = concert.browseRoomID
        let pass = try await WaitingLine(caller).pass(of: room.map { [$0] } ?? [], for: concert.name)
        let request = ListSchedulesRequest(
            concertID: concert.concertID, pass: pass, onlyAvailable: onlyAvailable)
        return try await caller.call(ConcertMethods.listSchedules, request, sendsCredential: room != nil)
            .schedules.map { ConcertDate(concert: concert, entry: $0) }
    }

    /// The date that the target names. The name of a concert is enough if it has one date.
    package func date(_ target: Target) async throws -> ConcertDate {
        let concert = try await concert(named: target.concert)
        let dates = try await dates(of: concert)
        guard !dates.isEmpty else { throw JourneyError.noDates(concert) }
        guard let name = target.date else {
            if dates.count == 1 { return dates[0] }
            throw JourneyError.dateNotNamed(concert, dates: dates.map(\.name))
        }
        if let date = dates.first(where: { $0.settings.name == name }) { return date }
        throw JourneyError.unknownDate(name, concert, dates: dates.map(\.name))
    }

    /// The names of the dates of reservations by their ids. Only the concert's name if its dates need a pass.
    package func dateNames(of reservations: [Reservation]) async throws -> [ScheduleID: String] {
        let byConcert = Dictionary(grouping: reservations, by: \.concertID)
        var names: [ScheduleID: String] = [:]
        for concert in try await concerts() {
            guard let own = byConcert[concert.concertID] else { continue }
            let dates = (try? await self.dates(of: concert)) ?? []
            for id in Set(own.map(\.scheduleID)) {
                names[id] = dates.first { $0.id == id }?.name ?? concert.name
            }
        }
        return names
    }
}
