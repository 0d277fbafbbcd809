import ConcertAPI
import Journeys
import Kernel

/// Finds the page of an address.
struct PageRoutes: Sendable {
    let visit: Visit

    private var path: [String] { visit.request.path }

    /// The address of the present page, for the buyer who has to sign in first.
    private var ownPath: String { SitePath.local(String(visit.request.target.prefix { $0 != "?" })) ?? "/" }

    func get() async throws -> HTTPResponse {
        switch path.first {
        case nil: response(try await ConcertsPage(visit: visit).show())
        case "tickets": try await getTicket()
        case "wallet" where path.count == 1: response(try await WalletPage(visit: visit).show())
        case "account" where path.count == 1: response(try await account.show())
        default: try await getConcert()
        }
    }

    func post() async throws -> HTTPResponse {
        guard let action = visit.request.form?["do"].flatMap({ FormAction(rawValue: $0) }) else {
            throw Problem.foreignForm
        }
        switch path.first {
        case "tickets" where path.count == 3 && path[2] == "return" && action == .giveBack:
            return try await noting {
                try await ticket().giveBack()
            } page: {
                try await ticket().showReturn($0)
            }
        case "wallet" where action == .topUp:
            return try await noting {
                try await WalletPage(visit: visit).topUp()
            } page: {
                try await WalletPage(visit: visit).show($0)
            }
        case "account":
            return try await noting {
                try await SignIns(visit: visit).respond(to: action)
            } page: {
                try await account.show($0)
            }
        default: return try await postConcert(action)
        }
    }

    /// Does a step. A step that fails is explained above its page.
    private func noting(
        _ step: () async throws -> HTTPResponse, page: (Problem) async throws -> Page
    ) async throws -> HTTPResponse {
        do {
            return try await step()
        } catch {
            let problem = Problem(error)
            guard problem.status != Problem.signedOut.status else { throw problem }
            return response(try await page(problem), problem)
        }
    }

    /// The page of a problem that has no other page.
    func failed(_ problem: Problem) async -> HTTPResponse {
        if problem.status == Problem.signedOut.status {
            let signedOut = Visit(visit.request, nil, of: visit.site, passes: visit.passes)
            var response = response(AccountPage(visit: signedOut, next: ownPath).signedOut(problem))
            response.setHeader("www-authenticate", "Form realm=\"Onsale\"")
            return response
        }
        let again = (text: Text.loadAgain, path: ownPath)
        let page = Page(
            visit(problem.title), status: problem.status,
            "<h1>Onsale</h1>\(problem.content(visit, next: again))")
        return response(page, problem)
    }

    private func response(_ page: Page, _ problem: Problem? = nil) -> HTTPResponse {
        var response = HTTPResponse.html(page.status, Layout(visit: visit).document(page).text)
        if let retryAfter = problem?.retryAfter {
            response.setHeader("retry-after", "\(max(1, (retryAfter.milliseconds + 999) / 1000))")
        }
        return response
    }

    private var account: AccountPage {
        AccountPage(visit: visit, next: SitePath.local(visit.request.query["next"] ?? visit.request.form?["next"]))
    }

    // MARK: Tickets

    private func ticket() async throws -> TicketPage {
        guard path.count > 1, let id = TicketID(path[1]) else { throw Problem.unknownPage }
        return try await TicketPage(id, visit)
    }

    private func getTicket() async throws -> HTTPResponse {
        switch (path.count, path.last) {
        case (1, _): response(try await TicketsPage(visit: visit).show())
        case (2, _): response(try await ticket().show())
        case (3, "calendar.ics"): try await ticket().calendar()
        case (3, "return"): response(try await ticket().showReturn())
        default: throw Problem.unknownPage
        }
    }

    // MARK: Concerts

    private func concert() async throws -> ConcertPage {
        guard let name = path.first, name.isConcertName, path.count <= 2 else { throw Problem.unknownPage }
        return ConcertPage(visit: visit, concert: try await Catalogue(visit.caller).concert(named: name))
    }

    /// Nil if the buyer has to wait before the list of dates is shown.
    private func date(of page: ConcertPage) async throws -> DatePage? {
        guard let dates = try await page.dates() else { return nil }
        guard let date = dates.first(where: { $0.settings.name == path[1] }) else {
            throw Problem(404, .unknownDate, .checkAddress, next: (.seeDates, page.path))
        }
        return DatePage(visit: visit, concert: page.concert, date: date)
    }

    private func getConcert() async throws -> HTTPResponse {
        let concert = try await concert()
        if path.count == 1 {
            if let part = try await concert.part() { return part }
            return response(try await concert.show())
        }
        guard let date = try await date(of: concert) else { return .redirect(to: concert.path) }
        if let name = visit.request.query["part"] {
            guard let part = try await date.part(name) else { throw Problem.unknownPage }
            return part
        }
        return response(try await date.show())
    }

    private func postConcert(_ action: FormAction) async throws -> HTTPResponse {
        try visit.requireSignIn()
        let concert = try await concert()
        if path.count == 1 {
            return try await noting {
                try await concert.respond(to: action)
            } page: {
                try await concert.show($0)
            }
        }
        guard let date = try await date(of: concert) else { return .redirect(to: concert.path) }
        return try await noting {
            try await date.respond(to: action)
        } page: {
            try await date.show($0)
        }
    }
}

extension String {
    /// True if a concert can have this name.
    fileprivate var isConcertName: Bool {
        utf8.count <= 40 && utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
}
