import ConcertAPI
import Display
import Journeys
import Kernel

/// One ticket with its code for the gate. The code stands in the page only, never in an address.
struct TicketPage: Sendable {
    let visit: Visit
    let own: OwnTicket
    let code: String

    static func path(of own: OwnTicket) -> String {
        SitePath.query("/tickets/\(own.ticket.ticketID)", [("concert", own.concert.name)])
    }

    /// The page of the ticket with an id. The address names its concert; without it, all tickets are searched.
    init(_ id: TicketID, _ visit: Visit) async throws {
        try visit.requireSignIn()
        self.visit = visit
        let concert: Concert
        if let name = visit.request.query["concert"] {
            concert = try await Catalogue(visit.caller).concert(named: name)
        } else {
            let found = try await Tickets(visit.caller).all(of: nil).first { $0.ticket.ticketID == id }
            guard let found else { throw Problem.unknownPage }
            concert = found.concert
        }
        let request = ShowTicketRequest(concertID: concert.concertID, ticketID: id)
        let reply = try await visit.caller.call(ConcertMethods.showTicket, request)
        own = OwnTicket(ticket: reply.ticket, concert: concert)
        code = reply.code
    }

    private var ticket: Ticket { own.ticket }
    private var times: TimeText { TimeText(zone: own.concert.zone) }
    private var path: String { Self.path(of: own) }

    private func path(_ part: String) -> String {
        SitePath.query("/tickets/\(ticket.ticketID)/\(part)", [("concert", own.concert.name)])
    }

    func show() -> Page {
        let isUsable = own.isUsable(at: visit.now)
        let actions = HTML.when(
            isUsable,
            """
            <span data-print="\(visit(.print))" hidden></span>
            \(Parts.button(visit(.addToCalendar), to: path("calendar.ics"), isQuiet: true))
            \(Parts.button(visit(.returnTicket), to: path("return"), isQuiet: true))
            """)
        return Page(
            "\(own.concert.title) \(ticket.seat)",
            """
            <p class="path"><a href="/tickets">\(visit(.backToTickets))</a></p>
            <article class="card pass"><h1>\(own.concert.title)</h1>
            <p>\(visit(times.date(ticket.startsAt)))</p>\(moved)
            \(picture)
            <dl>\(Parts.row(visit(.seat), "<strong>\(ticket.seat)</strong>"))\(Parts.row(visit(.grade), "\(ticket.grade)"))\
            \(Parts.row(visit(.price), "\(visit.money(ticket.price, ticket.currency))"))</dl>
            \(state)</article>
            <div class="actions">\(actions)</div>
            """)
    }

    private var picture: HTML {
        guard !code.isEmpty, let picture = QRCode(code) else { return "" }
        return """
            <div class="qr" role="img" aria-label="\(visit(.codeLabel))">\(HTML(trusted: picture.svg))</div>
            <p><strong>\(visit(.validOnce))</strong></p><p class="quiet">\(visit(.showAtGate))</p>
            """
    }

    private var state: HTML {
        switch ticket.state {
        case .used: "<p class=\"note\">\(visit(.usedAt(ticket.usedAt.map { times.date($0) } ?? Text(same: ""))))</p>"
        case .cancelled: "<p class=\"note bad\">\(visit(.cancelledTicket(because: ticket.cancelReason)))</p>"
        default: ""
        }
    }

    private var moved: HTML {
        guard let sold = ticket.soldStartsAt else { return "" }
        return "<p class=\"note\">\(visit(.movedFrom(times.date(sold), because: ticket.moveReason)))</p>"
    }

    /// The date for the calendar of the buyer, without the code.
    func calendar() -> HTTPResponse {
        let file = CalendarFile(
            uid: "\(ticket.ticketID)@onsale", title: own.concert.title, place: own.concert.host,
            description: "\(visit(.seat)) \(ticket.seat) (\(ticket.grade))", starts: ticket.startsAt,
            ends: ticket.endsAt, written: visit.now)
        var response = HTTPResponse(200, "text/calendar; charset=utf-8", body: Array(file.text.utf8))
        response.setHeader("content-disposition", "attachment; filename=\"onsale.ics\"")
        return response
    }

    // MARK: Returns

    private var wholeReservation: RecentActivity.Reservation {
        RecentActivity.Reservation(concert: ticket.concertID, reservation: ticket.reservationID)
    }

    /// What the return of this ticket, and of others that were bought with it, gives.
    func showReturn(_ note: Problem? = nil) async throws -> Page {
        let fields = visit.request.method == .post ? visit.request.form : visit.request.query
        let chosen = fields?.values(of: "seat") ?? []
        let seats = chosen.isEmpty ? [ticket.seat] : chosen
        let reservation = try await Reservations(visit.caller).reservation(wholeReservation)
        let left = reservation.seats.filter { !reservation.returnedSeats.contains($0) }
        let quote = try await Returns(visit.caller).quote(Returns.Choice(reservation: reservation, seats: seats))
        let boxes: [HTML] = left.map { seat in
            "<label><input type=checkbox name=seat value=\"\(seat)\"\(HTML.when(seats.contains(seat), " checked"))> \(seat)</label>"
        }
        let choose: HTML = """
            <form method="get" action="\(path("return"))"><input type=hidden name=concert value="\(own.concert.name)">
            <fieldset class="list"><legend>\(visit(.returnWhich))</legend>\(boxes)</fieldset>
            <button class="quiet">\(visit(.returnQuote))</button></form>
            """
        return Page(
            visit(.returnTitle), status: note?.status ?? 200,
            """
            <p class="path"><a href="\(path)">\(visit(.back))</a></p>
            <h1>\(visit(.returnTitle))</h1><p>\(own.concert.title) · \(visit(times.date(ticket.startsAt)))</p>
            \(note.map { $0.content(visit) })
            <section class="card">\(HTML.when(left.count > 1, choose))\(confirmation(quote, seats))</section>
            """)
    }

    private func confirmation(_ quote: QuoteReturnReply, _ seats: [String]) -> HTML {
        let total = quote.total
        let names: [HTML] = seats.map { "<input type=hidden name=seat value=\"\($0)\">" }
        let id: RequestID = .make(at: visit.now)
        let fields: HTML = """
            \(names)<input type=hidden name=least value="\(total.refunded)"><input type=hidden name=request value="\(id)">
            """
        let kept = HTML.when(
            total.kept > 0, Parts.row(visit(.organiserKeeps), "\(visit.money(total.kept, total.currency))"))
        return """
            <dl>\(Parts.row(visit(.seats), "\(SeatText.list(seats))"))\
            \(Parts.row(visit(.youGet), "<strong>\(visit.money(total.refunded, total.currency))</strong>"))\(kept)</dl>
            <p>\(visit(.becomesInvalid))</p>
            <div class="actions">\(Parts.form(visit, .giveBack, to: path("return"), visit(.returnNow), fields))\
            \(Parts.button(visit(.keepTickets), to: path, isQuiet: true))</div>
            """
    }

    func giveBack() async throws -> HTTPResponse {
        guard let form = visit.request.form, let id: RequestID = visit.id("request"),
            let least = form["least"].flatMap({ UInt64($0) })
        else { throw Problem.foreignForm }
        let request = CancelTicketsRequest(
            concertID: ticket.concertID, reservationID: ticket.reservationID, seats: form.values(of: "seat"),
            leastAmount: least)
        _ = try await visit.caller.call(ConcertMethods.cancelTickets, request, requestID: id)
        return .redirect(to: "/tickets?returned=yes")
    }
}
