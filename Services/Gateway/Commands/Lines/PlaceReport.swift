import Journeys
import Kernel
import QueueAPI

/// A place in a line as JSON and as text.
struct PlaceReport {
    let place: PlaceView
    /// As on the command line: `moon-tour/friday`.
    let target: String

    var json: JSON {
        .object([
            "target": .string(target), "roomId": .id(place.roomID), "placeId": .id(place.placeID),
            "state": .name(of: place.state), "roomState": .name(of: place.roomState), "serial": .count(place.serial),
            "peopleAhead": .count(place.peopleAhead),
            "waitAtLeastMs": place.knowsWait ? .count(place.waitAtLeastMs) : nil,
            "waitAtMostMs": place.knowsWait ? .count(place.waitAtMostMs) : nil, "lapsesAt": .time(place.lapsesAt),
            "endsAt": .time(place.endsAt), "opensAt": .time(place.opensAt), "reason": .text(place.reason),
        ])
    }

    func text(_ run: Invocation) -> String {
        switch place.state {
        case .waiting:
            "You are number \(place.serial) in the line for \(target): \(ahead)\(estimate)\(roomNote(run))"
        case .admitted:
            """
            It is your turn for \(target), until \(run.localTime(place.lapsesAt)).
            To enter: gateway join \(target)
            """
        case .active:
            """
            You are in at \(target), until \(run.localTime(place.endsAt)) at the latest.
            If you are idle, until \(run.localTime(place.lapsesAt)).
            Next: gateway seats \(target)
            """
        case .finished: "You have bought your seats for \(target), and your place has ended."
        case .left: "You have left the line for \(target)."
        case .lapsed:
            "Your place for \(target) has lapsed\(reason)."
                + (place.roomState.isClosedToJoins ? "" : " To join again: gateway join \(target)")
        case .revoked: "An operator revoked your place for \(target)\(reason)."
        case .unspecified, .unrecognized: "Your place for \(target) is in state \(place.state)."
        }
    }

    /// The first line of the text.
    func shortText(_ run: Invocation) -> String { String(text(run).prefix { $0 != "\n" }) }

    private var reason: String { place.reason.isEmpty ? "" : ": \(place.reason.printable)" }

    private var ahead: String {
        switch place.peopleAhead {
        case 0: "you are next"
        case 1: "1 user is ahead of you"
        default: "\(place.peopleAhead) users are ahead of you"
        }
    }

    private var estimate: String { place.estimate.map { ", \($0)" } ?? "" }

    private func roomNote(_ run: Invocation) -> String {
        switch place.roomState {
        case .scheduled, .preQueue:
            place.opensAt == 0 ? ". The line has not opened yet" : ". The line opens \(run.localTime(place.opensAt))"
        case .paused: ". The line is paused"
        default: ""
        }
    }
}

extension PlaceView {
    var knowsWait: Bool { waitAtMostMs > 0 }

    /// The expected wait, such as `about 4 to 6 min`. Nil if the queue service has no estimate.
    var estimate: String? {
        guard knowsWait else { return nil }
        let (least, most) = (Duration.milliseconds(waitAtLeastMs).text, Duration.milliseconds(waitAtMostMs).text)
        if least == most { return "about \(most)" }
        let (leastUnit, maximumUnit) = (least.split(separator: " ").dropFirst(), most.split(separator: " ").dropFirst())
        return "about \(leastUnit == maximumUnit ? String(least.prefix { $0 != " " }) : least) to \(most)"
    }
}
