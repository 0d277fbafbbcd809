import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// The buyer's tickets of all concerts.
struct TicketsPage: Sendable {
    let visit: Visit

    func show(_ note: Problem? = nil) async throws -> Page {
        try visit.requireSignIn()
        let tickets = try await tickets()
        let usable = tickets.filter { $0.isUsable(at: visit.now) }
        let others = tickets.filter { !$0.isUsable(at: visit.now) }
        let empty: HTML = """
            <p>\(visit(.noTickets))</p><p>\(Parts.button(visit(.seeConcerts), to: "/"))</p>
            """
        return Page(
            visit(.myTickets), status: note?.status ?? 200,
            """
            <h1>\(visit(.myTickets))</h1>\(note.map { $0.content(visit) })\(outcome(tickets))
            \(HTML.when(tickets.isEmpty, empty))
            \(list(.upcoming, usable))\(list(.past, others))
            """)
    }

    /// What the buyer did just before.
    private func outcome(_ tickets: [OwnTicket]) -> HTML {
        if visit.request.query["returned"] != nil {
            return "<p class=\"note good\" role=\"status\">\(visit(.ticketsReturned))</p>"
        }
        guard let paid = visit.request.query["paid"].flatMap({ ReservationID($0) }) else { return "" }
        let bought = tickets.filter { $0.ticket.reservationID == paid }
        guard let currency = bought.first?.ticket.currency else { return "" }
        let amount = MoneyText.text(bought.reduce(0) { $0 + $1.ticket.price }, currency)
        return "<p class=\"note good\" role=\"status\">\(visit(.paid(amount)))</p>"
    }

    private func list(_ title: Text, _ tickets: [OwnTicket]) -> HTML {
        guard !tickets.isEmpty else { return "" }
        let items: [HTML] = tickets.map { own in
            let times = TimeText(zone: own.concert.zone)
            return """
                <li class="card ticket"><div><h3><a href="\(TicketPage.path(of: own))">\(own.concert.title)</a></h3>
                <p>\(visit(times.date(own.ticket.startsAt)))</p></div>
                <p class="where"><strong>\(own.ticket.seat)</strong><br><span class="quiet">\(own.ticket.grade)</span></p>
                <p><span class="badge\(own.isUsable(at: visit.now) ? " good" : "")">\(visit(own.ticket.state.text))</span></p></li>
                """
        }
        return "<h2>\(visit(title))</h2><ul class=\"cards\">\(items)</ul>"
    }

    /// The tickets of the concerts that the buyer has paid for. Without the wallet service, all concerts are searched.
    private func tickets() async throws -> [OwnTicket] {
        var all: [OwnTicket] = []
        if let payments = try? await Payments(visit.caller).newest(Payments.maximumSearched) {
            let paid = Set(payments.filter { $0.outcome == .paid }.compactMap(\.concertID))
            for concert in try await Catalogue(visit.caller).concerts() where paid.contains(concert.concertID) {
                all += try await tickets(of: concert)
            }
        } else {
            all = try await Tickets(visit.caller).all(of: nil)
        }
        return all.sorted { ($0.ticket.startsAt, $0.ticket.seat) < ($1.ticket.startsAt, $1.ticket.seat) }
    }

    private func tickets(of concert: Concert) async throws -> [OwnTicket] {
        let request = ListTicketsRequest(concertID: concert.concertID)
        return try await visit.caller.call(ConcertMethods.listTickets, request).tickets
            .map { OwnTicket(ticket: $0, concert: concert) }
    }
}

extension TicketState {
    var text: Text {
        switch self {
        case .valid: .valid
        case .used: .used
        case .cancelled: .returned
        case .unspecified, .unrecognized: .unknownState
        }
    }
}
