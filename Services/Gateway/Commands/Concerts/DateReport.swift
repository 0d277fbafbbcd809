import ConcertAPI
import Journeys

/// A date of a concert as JSON.
enum DateReport {
    static func json(_ date: ConcertDate) -> JSON {
        let settings = date.settings
        return .object([
            "date": .string(date.name), "scheduleId": .id(date.id),
            "concertId": .id(date.entry.concertID), "startsAt": .time(settings.startsAtMs),
            "endsAt": .time(settings.endsAtMs), "saleOpensAt": .time(settings.saleOpensAtMs),
            "saleClosesAt": .time(settings.saleClosesAtMs), "cancelUntil": .time(settings.cancelUntilMs),
            "seatsPerUser": .count(settings.seatsPerUser), "holdMs": .count(settings.holdMs),
            "roomId": .id(settings.roomID), "version": .count(date.entry.version),
            "counts": date.entry.counts.map(json),
        ])
    }

    static func json(_ counts: SeatCounts) -> JSON {
        .object([
            "free": .count(counts.free), "held": .count(counts.held), "sold": .count(counts.sold),
            "blocked": .count(counts.blocked),
        ])
    }
}
