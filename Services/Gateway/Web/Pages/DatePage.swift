import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// One date: the line, the seats, the hold and its payment. It shows the step that comes next for the buyer.
struct DatePage: Sendable {
    /// So long the page says that a hold has ended.
    private static let holdIsNews = Duration.minutes(5)

    let visit: Visit
    let concert: Concert
    let date: Schedule

    var path: String { SitePath.date(concert.name, date.settings.name) }
    var times: TimeText { TimeText(zone: concert.zone) }
    var named: ConcertDate { ConcertDate(concert: concert, entry: date) }

    var heading: HTML {
        let starts = date.settings.startsAt.map { visit(times.date($0)) } ?? date.settings.name
        let moved = HTML.when(date.movedAt != nil, "<p class=\"note\">\(visit(.moved(because: date.moveReason)))</p>")
        return """
            <p class="path"><a href="\(SitePath.concert(concert.name))">\(visit(.seeDates))</a></p>
            <h1>\(concert.title)</h1><p class="quiet">\(starts) · \(concert.host)</p>\(moved)
            """
    }

    var line: Line? {
        date.settings.roomID.map {
            Line(
                visit: visit, room: $0, presales: date.presales.map(\.roomID), target: named.name, path: path,
                heading: heading)
        }
    }

    /// The page of the next step, below the note about a step that failed.
    func show(_ note: Problem? = nil) async throws -> Page {
        if date.cancelledAt != nil { return cancelled }
        let isOver = date.isSaleOver(at: visit.now)
        guard visit.signIn != nil else { return isOver ? closed(note, []) : stranger(note) }
        let reservations = try await reservations()
        if let id = (visit.request.query["payment"] ?? visit.request.form?["payment"]).flatMap({ PaymentID($0) }),
            note == nil
        {
            return try await PaymentPage(page: self).show(id)
        }
        let held = reservations.filter { $0.state == .held && visit.now < $0.deadline }
        if !held.isEmpty { return await HoldPage(page: self).show(held, note) }
        if isOver { return closed(note, reservations) }
        let note = note ?? endedHold(reservations)
        let place = try await line?.place()
        guard let line, place?.state != .active else { return try await SeatsPage(page: self, place: place).show(note) }
        return try await line.page(of: place, note)
    }

    /// The note about the latest hold, if its time has passed just before.
    private func endedHold(_ reservations: [Reservation]) -> Problem? {
        guard let last = reservations.max(by: { $0.reservedAt < $1.reservedAt }), last.state != .sold,
            last.state != .released, last.state != .returned, visit.now < last.deadline + Self.holdIsNews
        else { return nil }
        return Problem(200, .holdOver, .holdOverWhy)
    }

    private func reservations() async throws -> [Reservation] {
        let request = ListReservationsRequest(concertID: concert.concertID)
        return try await visit.caller.call(ConcertMethods.listReservations, request).reservations
            .filter { $0.scheduleID == date.scheduleID }
    }

    private var cancelled: Page {
        Page(
            concert.title, status: 410,
            """
            \(heading)
            <section class="note bad"><h2>\(visit(.dateCancelledTitle))</h2>
            <p>\(visit(.dateCancelled(because: date.cancelReason)))</p><p>\(visit(.refundOnItsWay))</p>
            \(Parts.button(visit(.myTickets), to: "/tickets"))</section>
            """)
    }

    private func closed(_ note: Problem?, _ reservations: [Reservation]) -> Page {
        let hasTickets = reservations.contains { $0.state == .sold }
        let next =
            hasTickets ? Parts.button(visit(.myTickets), to: "/tickets") : Parts.button(visit(.allConcerts), to: "/")
        return Page(
            concert.title, status: note?.status ?? 200,
            """
            \(heading)\(note.map { $0.content(visit) })
            <section class="card"><h2>\(visit(.saleOver))</h2><p>\(visit(.saleOverWhy))</p>\(next)</section>
            """)
    }

    /// The page of a visitor who is not signed in.
    private func stranger(_ note: Problem?) -> Page {
        let next = SitePath.query("/account", [("next", path)])
        return Page(
            concert.title, status: note?.status ?? 200,
            """
            \(heading)\(note.map { $0.content(visit) })
            <section class="card"><p>\(Parts.badge(of: date, times, visit))</p><p>\(visit(.signInToBuyWhy))</p>
            \(Parts.button(visit(.signInToBuy), to: next))</section>
            \(ReturnRules(date: date, times: times).section(visit))
            """)
    }

    // MARK: Steps

    func respond(to action: FormAction) async throws -> HTTPResponse {
        switch action {
        case .join: try await step { try await $0.join() }
        case .enter: try await step { try await $0.enter() }
        case .leave: try await step { try await $0.leave() }
        case .reserve, .best: try await reserve(action)
        case .release: try await release()
        case .topUp: try await topUp()
        case .pay: try await PaymentPage(page: self).pay()
        default: throw Problem.foreignForm
        }
    }

    private func step(_ step: (Line) async throws -> HTTPResponse) async throws -> HTTPResponse {
        guard let line else { return .redirect(to: path) }
        return try await step(line)
    }

    private func reserve(_ action: FormAction) async throws -> HTTPResponse {
        guard let form = visit.request.form, let id: RequestID = visit.id("request") else { throw Problem.foreignForm }
        let choice: SeatChoice
        if action == .best {
            guard let count = form["count"].flatMap({ Int($0) }), (1...50).contains(count), let grade = form["grade"]
            else {
                throw Problem(400, .noSeatChosen, .noSeatChosenWhy)
            }
            choice = .best(count, grade: grade)
        } else {
            let names = form.values(of: "seat")
            guard !names.isEmpty else { throw Problem(400, .noSeatChosen, .noSeatChosenWhy) }
            choice = .named(names)
        }
        if let line, let place = try await line.place() {
            try visit.caller.records.update { $0.add(line.recorded(place)) }
        }
        _ = try await Seats(of: named, visit.caller).reserve(choice, as: id)
        return .redirect(to: path)
    }

    private func release() async throws -> HTTPResponse {
        guard let id: ReservationID = visit.id("reservation") else { throw Problem.foreignForm }
        let request = ReleaseReservationRequest(concertID: concert.concertID, reservationID: id)
        _ = try await visit.caller.call(ConcertMethods.releaseReservation, request)
        return .redirect(to: path)
    }

    private func topUp() async throws -> HTTPResponse {
        _ = try await TopUps(visit: visit).add()
        return .redirect(to: path)
    }

    // MARK: Parts that the script asks for

    /// A part of the page, or nil if it has no such part.
    func part(_ name: String) async throws -> HTTPResponse? {
        try visit.requireSignIn()
        switch name {
        case "line": return try await line?.part()
        case "seats":
            return try await SeatsPage(page: self, place: nil).states(line?.placeOfRequest)
        default: return nil
        }
    }
}
