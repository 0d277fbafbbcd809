import Kernel
import QueueAPI

/// A place in a line, as JSON and in words.
struct PlaceReport {
    let place: PlaceView
    /// As it is typed: `moon-tour/friday`.
    let target: String

    var json: JSON {
        .object([
            "target": .string(target), "roomId": .id(place.roomID), "placeId": .id(place.placeID),
            "state": .name(of: place.state), "roomState": .name(of: place.roomState), "serial": .count(place.serial),
            "peopleAhead": .count(place.peopleAhead),
            "waitAtLeastMs": place.knowsWait ? .count(place.waitAtLeastMs) : nil,
            "waitAtMostMs": place.knowsWait ? .count(place.waitAtMostMs) : nil, "lapsesAt": .time(place.lapsesAt),
            "endsAt": .time(place.endsAt), "opensAt": .time(place.opensAt),
            "reason": place.reason.isEmpty ? nil : .string(place.reason),
        ])
    }

    /// `shown` writes a time.
    func text(_ shown: (Int64) -> String) -> String {
        switch place.state {
        case .waiting:
            "You are number \(place.serial) in the line for \(target): \(ahead)\(estimate)\(roomNote(shown))"
        case .admitted:
            """
            It is your turn at \(target), until \(shown(place.lapsesAt)).
            To go in: gateway join \(target)
            """
        case .active:
            """
            You are in at \(target), until \(shown(place.endsAt)) at the latest.
            If you do nothing, only until \(shown(place.lapsesAt)).
            Now: gateway seats \(target)
            """
        case .finished: "You have bought your seats at \(target); the place is used up."
        case .left: "You have left the line for \(target)."
        case .lapsed:
            "Your place for \(target) has lapsed\(because)."
                + (place.roomState.takesNobody ? "" : " For a new one: gateway join \(target)")
        case .revoked: "Your place for \(target) was taken away\(because)."
        case .unspecified, .unrecognized: "Your place for \(target) is in state \(place.state)."
        }
    }

    /// For those who go on at once.
    func briefly(_ shown: (Int64) -> String) -> String {
        String(text(shown).prefix { $0 != "\n" })
    }

    private var because: String { place.reason.isEmpty ? "" : ": \(place.reason.printable)" }

    private var ahead: String {
        switch place.peopleAhead {
        case 0: "nobody is before you"
        case 1: "one is before you"
        default: "\(place.peopleAhead) are before you"
        }
    }

    private var estimate: String { place.estimate.map { ", \($0)" } ?? "" }

    private func roomNote(_ shown: (Int64) -> String) -> String {
        switch place.roomState {
        case .scheduled, .preQueue:
            place.opensAt == 0 ? ". The sale has not begun" : ". It opens \(shown(place.opensAt))"
        case .paused: ". Nobody is let in for the moment"
        default: ""
        }
    }
}

extension PlaceView {
    var knowsWait: Bool { waitAtMostMs > 0 }

    /// `about 4 to 6 min`; nil where nobody can say.
    var estimate: String? {
        guard knowsWait else { return nil }
        let least = ShownTime.text(.milliseconds(waitAtLeastMs))
        let most = ShownTime.text(.milliseconds(waitAtMostMs))
        if least == most { return "about \(most)" }
        let (leastUnit, mostUnit) = (least.split(separator: " ").dropFirst(), most.split(separator: " ").dropFirst())
        return "about \(leastUnit == mostUnit ? String(least.prefix { $0 != " " }) : least) to \(most)"
    }
}
