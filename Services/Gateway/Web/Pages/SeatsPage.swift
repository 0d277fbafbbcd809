import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// The map of the seats, and the forms that hold some.
struct SeatsPage: Sendable {
    /// A browser asks for the states this often, and a little later, so that many browsers do not ask at once.
    private static let pollMilliseconds = 900...1100
    /// More seats than this are shown row by row.
    private static let maximumSeatsShown = 1500

    let page: DatePage
    /// The place that is inside. Nil if the date has no waiting line.
    let place: Place?

    private var visit: Visit { page.visit }

    private func reply(_ place: RecentActivity.Place?, knownLayout: UInt64 = 0) async throws -> ShowSeatsReply {
        var request = ShowSeatsRequest(
            concertID: page.concert.concertID, scheduleID: page.date.scheduleID, knownLayoutVersion: knownLayout)
        if let line = page.line {
            guard let place else { throw Problem(403, .turnOver, .turnOverWhy, safe: .turnOverSafe) }
            request.pass = try await line.pass(of: place)
        }
        return try await visit.caller.call(ConcertMethods.showSeats, request)
    }

    func show(_ note: Problem?) async throws -> Page {
        let reply = try await reply(place.flatMap { page.line?.recorded($0) })
        let plan = SeatPlan(reply)
        let free = plan.grades.reduce(0) { $0 + $1.free }
        let leaving = HTML.when(
            page.line != nil, Parts.form(visit, .leave, to: page.path, visit(.leaveSale), isQuiet: true))
        let opens = page.date.settings.saleOpensAt.flatMap { visit.now < $0 ? $0 : nil }
        return Page(
            visit(.chooseSeats), status: note?.status ?? 200,
            refresh: opens.map { ($0 - visit.now + .seconds(1), page.path) }, isWide: opens == nil,
            """
            \(page.heading)\(note.map { $0.content(visit) })
            <h2>\(visit(.chooseSeats))</h2>\(timeLeft)
            <p>\(visit(.atMost(page.date.settings.seatsPerUser))) \(visit(.heldFor(page.date.settings.hold)))</p>
            \(HTML.when(free == 0, "<p class=\"note\">\(visit(.soldOutNow))</p>"))
            \(opens.map(opening) ?? best(plan) + map(plan, reply.layoutVersion))
            \(ReturnRules(date: page.date, times: page.times).section(visit))
            <div class="actions">\(leaving)</div>
            """)
    }

    private var timeLeft: HTML {
        guard let end = place?.endsAt else { return "" }
        let badge = place.flatMap { page.line?.badge($0) }
        return "\(badge)<p>\(visit(.youCanChooseUntil)): \(Parts.countdown(to: end, visit))</p>"
    }

    private func opening(at time: Timestamp) -> HTML {
        """
        <section class="card centred"><p>\(visit(.opensIn)) <span class="big">\(Parts.countdown(to: time, visit))</span></p>
        <p class="quiet">\(visit(.saleOpens(at: page.times.date(time))))</p></section>
        """
    }

    /// The id of the request that the form will send, so that sending it twice holds the seats once.
    private var requestField: HTML {
        let id: RequestID = .make(at: visit.now)
        return "<input type=hidden name=request value=\"\(id)\">"
    }

    private func price(_ grade: SeatPlan.Grade, _ currency: String) -> String {
        visit(
            .price(from: MoneyText.text(grade.lowestPrice, currency), to: MoneyText.text(grade.highestPrice, currency)))
    }

    // MARK: The best seats

    private func best(_ plan: SeatPlan) -> HTML {
        let grades = plan.grades.filter { $0.free > 0 }
        guard !grades.isEmpty else { return "" }
        let options: [HTML] = grades.map { grade in
            "<option value=\"\(grade.name)\">\(grade.name) · \(price(grade, plan.currency)) · \(visit(.seatsFree(UInt64(grade.free))))</option>"
        }
        let counts: [HTML] = (1...max(1, page.date.settings.seatsPerUser)).map { count in
            "<option\(HTML.when(count == 2, " selected"))>\(count)</option>"
        }
        return """
            <section class="card"><h3>\(visit(.bestTitle))</h3><p class="quiet">\(visit(.bestWhy))</p>
            <form method="post" action="\(page.path)" class="row">\(visit.fields(.best))\(requestField)
            <label>\(visit(.howMany)) <select name="count">\(counts)</select></label>
            <label>\(visit(.grade)) <select name="grade">\(options)</select></label>
            <button>\(visit(.holdBest))</button></form></section>
            """
    }

    // MARK: The map

    private func map(_ plan: SeatPlan, _ layout: UInt64) -> HTML {
        let sections = plan.sections
        let wanted = visit.request.query["section"] ?? visit.request.form?["section"]
        let chosen =
            sections.first { $0 == wanted } ?? sections.first { !plan.names(.free, plan.only($0)).isEmpty }
            ?? sections.first ?? ""
        let rows = SeatRows(plan: plan, section: chosen, visit: visit)
        return """
            <section class="card"><h3>\(visit(.mapTitle))</h3>
            \(tabs(plan, sections, chosen))\(legend(plan))
            <form method="post" action="\(page.path)" data-seats="\(poll)" data-layout="\(layout)" \
            data-most="\(page.date.settings.seatsPerUser)" data-currency="\(plan.currency)" data-taken-text="\(visit(.seatTaken("")))">
            \(visit.fields(.reserve))\(requestField)<input type=hidden name=section value="\(chosen)">
            <p class="stage" aria-hidden="true">\(visit(.stage))</p>
            <div class="map" role="group" aria-label="\(visit(.seats))">\(rows.html(upTo: Self.maximumSeatsShown, path: page.path))</div>
            <div class="bar"><output data-summary data-none="\(visit(.noneSelected))">\
            \(visit(.atMost(page.date.settings.seatsPerUser)))</output> <button>\(visit(.holdSelected))</button></div>
            <p class="quiet" data-keys="\(visit(.keyboardHelp))" hidden></p>
            </form></section>
            """
    }

    private var poll: String {
        let place = place.flatMap { page.line?.fields(of: $0) } ?? []
        return SitePath.query(page.path, [("part", "seats")] + place)
    }

    private func tabs(_ plan: SeatPlan, _ sections: [String], _ chosen: String) -> HTML {
        guard sections.count > 1 else { return "" }
        let items: [HTML] = sections.map { section in
            let free = plan.names(.free, plan.only(section)).count
            let path = SitePath.query(page.path, [("section", section)])
            return """
                <li><a href="\(path)"\(HTML.when(section == chosen, " aria-current=\"true\""))>\(section) \
                <small>\(visit(.seatsFree(UInt64(free))))</small></a></li>
                """
        }
        return "<nav class=\"tabs\" aria-label=\"\(visit(.sections))\"><ul>\(items)</ul></nav>"
    }

    private func legend(_ plan: SeatPlan) -> HTML {
        let items: [HTML] = plan.grades.enumerated().map { index, grade in
            "<li><i class=\"g\(index % SeatRows.colours)\"></i>\(grade.name) · \(price(grade, plan.currency))</li>"
        }
        return """
            <ul class="legend">\(items)<li><i class="taken"></i>\(visit(.taken))</li>\
            <li><i class="mine"></i>\(visit(.selected))</li></ul>
            """
    }

    // MARK: The states for the script

    /// The seats that are not free, as ranges of their indexes, and the delay before the next request.
    func states(_ place: RecentActivity.Place?) async throws -> HTTPResponse {
        let known = visit.request.query["layout"].flatMap { UInt64($0) } ?? 0
        let reply = try await reply(place, knownLayout: known)
        let states: JSON = .object([
            "layout": .count(reply.layoutVersion), "after": .count(Int.random(in: Self.pollMilliseconds)),
            "held": .list(ranges(reply.held)) { .list($0) { .count($0) } },
            "sold": .list(ranges((reply.sold + reply.blocked).sorted())) { .list($0) { .count($0) } },
        ])
        return HTTPResponse(200, "application/json", body: Array(states.text.utf8))
    }

    private func ranges(_ indexes: [UInt32]) -> [[UInt32]] {
        var ranges: [[UInt32]] = []
        for index in indexes {
            if let last = ranges.last, last[1] + 1 == index {
                ranges[ranges.count - 1][1] = index
            } else {
                ranges.append([index, index])
            }
        }
        return ranges
    }
}
