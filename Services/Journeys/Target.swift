import ConcertAPI
import Kernel

/// The name of a date or a waiting room, as users write it.
///
/// A date is `moon-tour/friday`, or `moon-tour` if the concert has one date. A room is `room:summer-sale`.
package struct Target: Equatable, Sendable {
    package let concert: String
    package let date: String?

    package init(concert: String, date: String?) {
        self.concert = concert
        self.date = date
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
        self.init(concert: parts[0], date: parts.count == 2 ? parts[1] : nil)
    }

    /// The name of the room. Nil if the target is a date.
    package var room: String? { concert.hasPrefix("room:") ? String(concert.dropFirst(5)) : nil }

    package var text: String { date.map { "\(concert)/\($0)" } ?? concert }
}

/// A date and its concert.
package struct ConcertDate: Sendable {
    package let concert: Concert
    package let entry: Schedule

    package init(concert: Concert, entry: Schedule) {
        self.concert = concert
        self.entry = entry
    }

    package var id: ScheduleID { entry.scheduleID }
    package var settings: ScheduleSettings { entry.settings }
    /// The text of its target: `moon-tour/friday`.
    package var name: String { "\(concert.name)/\(settings.name)" }
    /// Its waiting room. Nil if it needs no pass.
    package var room: RoomID? { settings.roomID }
    /// The rooms whose passes it accepts: its own, then those of its presales.
    package var rooms: [RoomID] { (room.map { [$0] } ?? []) + entry.presales.map(\.roomID) }
}
