import ConcertAPI

/// A date of a concert as JSON.
enum DateReport {
    static func json(_ date: ScheduleEntry, of concert: ConcertEntry) -> JSON {
        let settings = date.settings ?? ScheduleSettings()
        return .object([
            "date": .string("\(concert.name)/\(settings.name)"), "scheduleId": .id(date.scheduleID),
            "concertId": .id(date.concertID), "startsAt": .time(settings.startsAtMs),
            "endsAt": .time(settings.endsAtMs), "saleOpensAt": .time(settings.saleOpensAtMs),
            "saleClosesAt": .time(settings.saleClosesAtMs), "cancelUntil": .time(settings.cancelUntilMs),
            "seatsPerUser": .count(settings.seatsPerUser), "holdMs": .count(settings.holdMs),
            "roomId": .id(settings.roomID), "version": .count(date.version), "counts": date.counts.map(json),
        ])
    }

    static func json(_ counts: SeatCounts) -> JSON {
        .object([
            "free": .count(counts.free), "held": .count(counts.held), "sold": .count(counts.sold),
            "blocked": .count(counts.blocked),
        ])
    }
}
