import ConcertAPI
import Journeys
import Kernel
import QueueAPI

/// The dates of a concert. A concert can have a waiting line before its list of dates.
struct ConcertPage: Sendable {
    let visit: Visit
    let concert: Concert

    var path: String { SitePath.concert(concert.name) }

    /// The line before the list of dates. Nil if everybody can see the list.
    var line: Line? {
        concert.browseRoomID.map {
            Line(visit: visit, room: $0, target: concert.name, path: path, heading: heading)
        }
    }

    private var heading: HTML {
        """
        <p class="path"><a href="/">\(visit(.allConcerts))</a></p>
        <h1>\(concert.title)</h1><p class="quiet">\(visit(.presentedBy(concert.host)))</p>
        """
    }

    /// The dates, or nil if the buyer has to wait in the line of the list first.
    func dates() async throws -> [Schedule]? {
        var request = ListSchedulesRequest(concertID: concert.concertID)
        guard let line else { return try await visit.caller.call(ConcertMethods.listSchedules, request).schedules }
        try visit.requireSignIn()
        guard let place = try await line.place(), place.state == .active else { return nil }
        request.pass = try await line.pass(of: line.recorded(place))
        return try await visit.caller.call(ConcertMethods.listSchedules, request, sendsCredential: true).schedules
    }

    func show(_ note: Problem? = nil) async throws -> Page {
        if let line, try await dates() == nil { return try await line.page(of: try await line.place(), note) }
        let dates = try await dates() ?? []
        let items: [HTML] = dates.map(item)
        return Page(
            concert.title, status: note?.status ?? 200,
            """
            \(heading)\(note.map { $0.content(visit) })
            \(HTML.when(dates.isEmpty, "<p>\(visit(.noDates))</p>"))
            <ul class="cards">\(items)</ul>
            """)
    }

    /// The part of the waiting page that the script asks for. Nil if the request asks for the page.
    func part() async throws -> HTTPResponse? {
        visit.request.query["part"] == "line" ? try await line?.part() : nil
    }

    func respond(to action: FormAction) async throws -> HTTPResponse {
        switch (action, line) {
        case (.join, let line?): try await line.join()
        case (.enter, let line?): try await line.enter()
        case (.leave, let line?): try await line.leave()
        default: throw Problem.foreignForm
        }
    }

    private func item(_ date: Schedule) -> HTML {
        let times = TimeText(zone: concert.zone)
        let starts = date.settings.startsAt.map { visit(times.date($0)) } ?? date.settings.name
        let moved = HTML.when(date.movedAt != nil, "<p>\(visit(.moved(because: date.moveReason)))</p>")
        return """
            <li class="card"><a href="\(SitePath.date(concert.name, date.settings.name))"><h2>\(starts)</h2></a>
            \(moved)<p>\(Parts.badge(of: date, times, visit))</p></li>
            """
    }
}

extension Parts {
    /// The badge of a date: free seats, or why none can be bought.
    static func badge(of date: Schedule, _ times: TimeText, _ visit: Visit) -> HTML {
        let free = date.counts?.free ?? 0
        let why: Text? =
            if date.cancelledAt != nil {
                .cancelled
            } else if date.isSaleOver(at: visit.now) {
                .saleIsOver
            } else if let start = date.settings.saleOpensAt, visit.now < start {
                .saleOpens(at: times.date(start))
            } else if free == 0 {
                .soldOut
            } else {
                nil
            }
        return why.map { "<span class=\"badge\">\(visit($0))</span>" }
            ?? "<span class=\"badge good\">\(visit(.seatsFree(free)))</span>"
    }
}

extension Schedule {
    func isSaleOver(at now: Timestamp) -> Bool { settings.saleClosesAt.map { $0 <= now } ?? false }
}
