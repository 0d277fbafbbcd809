import Identity
import Journeys
import Kernel
import QueueAPI

/// The waiting lines of a date, or of the list of a concert's dates: joining, waiting, coming in.
struct Line: Sendable {
    /// The places that are searched for the ones in these rooms.
    private static let maximumPlaces = 100

    let visit: Visit
    let room: RoomID
    /// Further rooms whose passes the date accepts.
    var presales: [RoomID] = []
    /// What the buyer joins the line for, as on the command line: `moon-tour/friday`.
    let target: String
    /// The page of the line.
    let path: String
    let heading: HTML

    private var journey: WaitingLine { WaitingLine(visit.caller) }

    /// The place that brings the buyer furthest: inside, at the turn, or waiting. Otherwise the latest one, which has ended.
    func place() async throws -> Place? {
        let rooms = [room] + presales
        let places = try await Rooms(visit.caller).ownPlaces(limit: Self.maximumPlaces)
            .filter { rooms.contains($0.roomID) }
        let live = [PlaceState.active, .admitted, .waiting].lazy
            .compactMap { state in places.first { $0.state == state } }
        return live.first ?? places.first
    }

    /// A pass of an active place.
    func pass(of place: RecentActivity.Place) async throws -> [UInt8] {
        try await visit.passes.pass(of: place.place, in: place.room, visit.caller)
    }

    /// The fields of an address that name a place.
    func fields(of place: Place) -> [(String, String)] {
        [("place", "\(place.placeID)")] + (isPresale(place) ? [("room", "\(place.roomID)")] : [])
    }

    /// The place that the address of the request names.
    var placeOfRequest: RecentActivity.Place? {
        let query = visit.request.query
        guard let place = query["place"].flatMap({ PlaceID($0) }) else { return nil }
        return RecentActivity.Place(room: presale(query["room"]) ?? room, place: place, target: target)
    }

    /// The presale with this id.
    private func presale(_ id: String?) -> RoomID? { presales.first { "\($0)" == id } }

    private func isPresale(_ place: Place) -> Bool { place.roomID != room }

    /// Says that a place is one of a presale.
    func badge(_ place: Place) -> HTML {
        HTML.when(isPresale(place), "<p><span class=\"badge good\">\(visit(.presale))</span></p>")
    }

    /// Takes a place, and comes in at once if it is the buyer's turn already. The code of the form, or its room, names a presale.
    func join() async throws -> HTTPResponse {
        let form = visit.request.form
        let journey = WaitingLine(visit.caller, code: JoinCode.normalized(form?["code"] ?? ""))
        let room = journey.roomOfCode(among: presales) ?? presale(form?["room"]) ?? room
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

    func recorded(_ place: Place) -> RecentActivity.Place {
        RecentActivity.Place(room: place.roomID, place: place.placeID, target: target)
    }

    /// The page of a buyer who is not inside.
    func page(of place: Place?, _ note: Problem?) async throws -> Page {
        switch place {
        case let place? where place.state == .waiting: waiting(place)
        case let place? where place.state == .admitted: turn(place)
        default: try await Entrances(line: self, last: place).page(note)
        }
    }

    func message(_ text: String) -> HTML {
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
            \(badge(place))<h2>\(visit(.youAreWaiting))</h2>
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
                <p>\(visit(.opensIn)) \(Parts.countdown(to: opensAt, visit, reloads: false))</p>
                """
        default:
            guard place.waitAtMost > .zero else { return "<p>\(visit(.waitUnknown))</p>" }
            return "<p>\(visit(.wait(from: place.waitAtLeast, to: place.waitAtMost)))</p>"
        }
    }

    /// The part of the page that the script asks for. Nil if the address names no place.
    func part() async throws -> HTTPResponse? {
        try visit.requireSignIn()
        guard let place = placeOfRequest else { return nil }
        return .html(200, live(try await journey.show(place)).text)
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
        return SitePath.query(path, part + fields(of: place) + counts)
    }

    // MARK: The turn

    private func turn(_ place: Place) -> Page {
        let countdown = place.lapsesAt.map { lapsesAt in
            """
            <p>\(visit(.comeInWithin))</p><p class="huge">\(Parts.countdown(to: lapsesAt, visit))</p>
            """ as HTML
        }
        return Page(
            visit(.yourTurn), refresh: place.lapsesAt.map { ($0 - visit.now + .seconds(1), path) },
            """
            \(heading)
            <section class="card centred good">\(badge(place))<h2>\(visit(.yourTurn))</h2>\(countdown)
            \(Parts.form(visit, .enter, to: path, visit(.comeIn)))
            <p class="quiet">\(visit(.elseNext))</p></section>
            <div class="actions centred">\(Parts.form(visit, .leave, to: path, visit(.leave), isQuiet: true))</div>
            """)
    }
}
