import Journeys
import Kernel
import QueueAPI

/// The waiting line of a date, or of the list of a concert's dates: joining, waiting, coming in.
struct Line: Sendable {
    /// The places that are searched for the one in this room.
    private static let maximumPlaces = 100
    private static let roomRefresh = Duration.seconds(30)

    let visit: Visit
    let room: RoomID
    /// What the buyer joins the line for, as on the command line: `moon-tour/friday`.
    let target: String
    /// The page of the line.
    let path: String
    let heading: HTML

    private var journey: WaitingLine { WaitingLine(visit.caller) }

    /// The latest place of the buyer in this room.
    func place() async throws -> Place? {
        try await Rooms(visit.caller).ownPlaces(limit: Self.maximumPlaces).first { $0.roomID == room }
    }

    /// A pass of the buyer's active place.
    func pass(of place: PlaceID) async throws -> [UInt8] {
        try await visit.passes.pass(of: place, in: room, visit.caller)
    }

    /// Takes a place, and comes in at once if it is the buyer's turn already.
    func join() async throws -> HTTPResponse {
        let (place, recorded) = try await journey.join(.init(room: room, target: target))
        if place.state == .admitted { _ = try await journey.enter(place, recorded) }
        guard place.state == .waiting else { return .redirect(to: path) }
        return .redirect(to: SitePath.query(path, [("from", "\(place.peopleAhead)")]))
    }

    func enter() async throws -> HTTPResponse {
        guard let place = try await place() else { return .redirect(to: path) }
        guard place.state == .admitted || place.state == .active else { return .redirect(to: path) }
        _ = try await journey.enter(place, recorded(place))
        return .redirect(to: path)
    }

    func leave() async throws -> HTTPResponse {
        if let place = try await place() {
            try await journey.leave(recorded(place))
            visit.passes.forget(place.placeID)
        }
        return .redirect(to: path)
    }

    private func recorded(_ place: Place) -> RecentActivity.Place {
        RecentActivity.Place(room: room, place: place.placeID, target: target)
    }

    /// The page of a buyer who is not inside.
    func page(of place: Place?, _ note: Problem?) async throws -> Page {
        switch place?.state {
        case .waiting: place.map(waiting) ?? turn(nil)
        case .admitted: turn(place)
        default: try await joining(after: place, note)
        }
    }

    // MARK: Joining

    private func joining(after last: Place?, _ note: Problem?) async throws -> Page {
        let found = try await visit.caller.call(QueueMethods.findRoom, FindRoomRequest(roomID: room)).room
        let (title, sentence, canJoin) = state(of: found)
        let news = message(found.message)
        let refresh = canJoin || found.state == .closed ? nil : (after: Self.roomRefresh, path: path)
        return Page(
            visit(title), status: note?.status ?? 200, refresh: refresh,
            """
            \(heading)\(note.map { $0.content(visit) })\(end(of: last))
            <section class="card centred"><h2>\(visit(title))</h2><p>\(visit(sentence))</p>\(opening(of: found))\(news)
            \(HTML.when(canJoin, Parts.form(visit, .join, to: path, visit(last == nil ? .join : .joinAgain))))
            </section>
            """)
    }

    private func state(of room: Room) -> (title: Text, sentence: Text, canJoin: Bool) {
        switch room.state {
        case .scheduled: (.roomNotOpenTitle, .roomIsScheduled, false)
        case .draining, .closed: (.roomClosedTitle, .roomClosedWhy, false)
        case .preQueue where room.draw?.state == .pending: (.joinTitle, .joinDrawWhy, true)
        default: (.joinTitle, .joinWhy, true)
        }
    }

    /// The time until a scheduled room can be joined.
    private func opening(of room: Room) -> HTML? {
        guard room.state == .scheduled, let time = room.times.joinsAt ?? room.times.opensAt else { return nil }
        return "<p>\(visit(.joinsIn))</p><p class=\"big\">\(Parts.countdown(to: time, now: visit.now))</p>"
    }

    /// Why the last place has ended.
    private func end(of place: Place?) -> HTML {
        let text: Text? =
            switch place?.state {
            case .finished: .youHaveBought
            case .lapsed: .turnIsOver
            case .revoked: .revoked(because: place?.reason ?? "")
            case .left: .placeWasLeft
            default: nil
            }
        return text.map { "<p class=\"note\">\(visit($0))</p>" } ?? ""
    }

    private func message(_ text: String) -> HTML {
        HTML.when(
            !text.isEmpty, "<p class=\"note\"><strong>\(visit(.messageOfOrganiser))</strong> \(text)</p>")
    }

    // MARK: Waiting

    private func waiting(_ place: Place) -> Page {
        let ahead = shownAhead(place)
        return Page(
            visit(place.serial == 0 ? .drawComes : .ahead(ahead)),
            refresh: (place.askAgain, pollPath(place, part: nil)),
            """
            \(heading)
            \(live(place))
            <p class="quiet centred">\(visit(.mayClose))<noscript> \(visit(.refreshesItself))</noscript></p>
            <div class="actions centred">\(Parts.form(visit, .leave, to: path, visit(.leave), isQuiet: true))</div>
            """)
    }

    /// The part of the waiting page that changes. The script replaces it.
    func live(_ place: Place) -> HTML {
        guard place.state == .waiting else { return "<section data-live=\"\" data-reload></section>" }
        let ahead = shownAhead(place)
        let first = max(initialAhead(ahead), 1)
        let text = place.serial == 0 ? Text.drawComes : .ahead(ahead)
        let title = "\(visit(text)) · Onsale"
        // Before the draw, any number of people is less.
        let least = place.serial == 0 ? .max : ahead
        return """
            <section class="card centred line" data-live="\(pollPath(place, part: "line"))" data-after="\(place.askAgain.milliseconds)" \
            data-ahead="\(least)" data-title="\(title)" data-say="\(visit(text))">
            <h2>\(visit(.youAreWaiting))</h2>
            \(number(ahead, of: place))
            \(HTML.when(place.serial > 0, progress(first - min(first, ahead), of: first)))
            \(outlook(place))
            \(HTML.when(place.serial > 0, "<p class=\"quiet\">\(visit(.numberInLine(place.serial)))</p>"))
            \(message(place.roomMessage))
            </section>
            """
    }

    private func progress(_ done: Int64, of all: Int64) -> HTML {
        "<progress max=\"\(all)\" value=\"\(done)\" aria-label=\"\(visit(.progress))\"></progress>"
    }

    private func number(_ ahead: Int64, of place: Place) -> HTML {
        guard place.serial > 0 else { return "<p class=\"big\">\(visit(.drawComes))</p>" }
        guard ahead > 0 else { return "<p class=\"big\">\(visit(.youAreNext))</p>" }
        return """
            <p><span class="huge">\(MoneyText.grouped("\(ahead)"))</span> <span>\(visit(ahead == 1 ? .personAhead : .peopleAhead))</span></p>
            """
    }

    private func outlook(_ place: Place) -> HTML {
        switch place.roomState {
        case .paused: return "<p>\(visit(.roomIsPaused))</p>"
        case .scheduled, .preQueue:
            guard let opensAt = place.opensAt else { return "<p>\(visit(.opensAtUnknown))</p>" }
            return """
                <p>\(visit(.opensIn)) \(Parts.countdown(to: opensAt, now: visit.now, reloads: false))</p>
                """
        default:
            guard place.waitAtMost > .zero else { return "<p>\(visit(.waitUnknown))</p>" }
            return "<p>\(visit(.wait(from: place.waitAtLeast, to: place.waitAtMost)))</p>"
        }
    }

    /// The part of the page that the script asks for. Nil if the address names no place.
    func part() async throws -> HTTPResponse? {
        try visit.requireSignIn()
        guard let place = visit.request.query["place"].flatMap({ PlaceID($0) }) else { return nil }
        let request = ShowPlaceRequest(roomID: room, placeID: place)
        return .html(200, live(try await visit.caller.call(QueueMethods.showPlace, request).place).text)
    }

    /// The number of people ahead. A service that knows less may report more than this browser has seen.
    private func shownAhead(_ place: Place) -> Int64 {
        guard visit.request.query["place"] == "\(place.placeID)" else { return place.peopleAhead }
        let seen = visit.request.query["seen"].flatMap { Int64($0) } ?? .max
        return min(place.peopleAhead, max(seen, 0))
    }

    /// The people ahead when the buyer joined, which the address of the page carries.
    private func initialAhead(_ ahead: Int64) -> Int64 {
        max(ahead, visit.request.query["from"].flatMap { Int64($0) } ?? ahead)
    }

    private func pollPath(_ place: Place, part: String?) -> String {
        let ahead = shownAhead(place)
        // Before the draw no one is ahead, and the draw may put any number of people there.
        let counts = place.serial == 0 ? [] : [("from", "\(initialAhead(ahead))"), ("seen", "\(ahead)")]
        let part = part.map { [("part", $0)] } ?? []
        return SitePath.query(path, part + [("place", "\(place.placeID)")] + counts)
    }

    // MARK: The turn

    private func turn(_ place: Place?) -> Page {
        let countdown = place?.lapsesAt.map { lapsesAt in
            """
            <p>\(visit(.comeInWithin))</p><p class="huge">\(Parts.countdown(to: lapsesAt, now: visit.now))</p>
            """ as HTML
        }
        return Page(
            visit(.yourTurn), refresh: place?.lapsesAt.map { ($0 - visit.now + .seconds(1), path) },
            """
            \(heading)
            <section class="card centred good"><h2>\(visit(.yourTurn))</h2>\(countdown)
            \(Parts.form(visit, .enter, to: path, visit(.comeIn)))
            <p class="quiet">\(visit(.elseNext))</p></section>
            <div class="actions centred">\(Parts.form(visit, .leave, to: path, visit(.leave), isQuiet: true))</div>
            """)
    }
}
