import ConcertAPI
import Journeys
import Kernel

/// The pages for browsers.
struct Pages: Sendable {
    private static let style = """
        default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """
    /// How long a proxy may keep the pages of visitors who are not signed in.
    private static let anonymousAge = "public, max-age=2"

    private let site: Site
    private let passes = Passes()

    init(_ site: Site) {
        self.site = site
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if request.path.count == 2, request.path[0] == Assets.folder, let asset = Assets.response(to: request.path[1]) {
            return asset
        }
        let session = await BrowserSession(of: request, site)
        let visit = Visit(request, session.credential, of: site, passes: passes)
        var response = await answer(visit)
        if session.hasChanged, !response.setsCookie {
            SessionCookie.write(session.credential, to: &response, request, now: visit.now)
        }
        if let chosen = request.query["lang"].flatMap({ Language(rawValue: $0) }) {
            response.setCookie(Visit.languageCookie, chosen.rawValue, isSecure: request.isSecure, maxAge: .days(365))
        }
        protect(&response, visit)
        return response
    }

    private func answer(_ visit: Visit) async -> HTTPResponse {
        do {
            if visit.request.method == .post {
                try FormGuard(visit).check()
                return try await PageRoutes(visit: visit).post()
            }
            return try await PageRoutes(visit: visit).get()
        } catch {
            return await PageRoutes(visit: visit).failed(Problem(error))
        }
    }

    /// The headers of every page. Only pages that do not depend on a session can be cached.
    private func protect(_ response: inout HTTPResponse, _ visit: Visit) {
        let isAnonymous = visit.signIn == nil && visit.request.method == .get && response.status == 200
        let isCacheable = isAnonymous && !response.setsCookie && visit.request.path.first != "account"
        response.setHeader("cache-control", isCacheable ? Self.anonymousAge : "no-store")
        response.setHeader("vary", "Accept-Language, Cookie")
        response.setHeader("content-security-policy", Self.style)
        response.setHeader("x-frame-options", "DENY")
        response.setHeader("referrer-policy", "same-origin")
        response.setHeader("cross-origin-opener-policy", "same-origin")
        response.setHeader("cross-origin-resource-policy", "same-origin")
        response.setHeader("permissions-policy", "camera=(), geolocation=(), microphone=()")
        if visit.request.isSecure { response.setHeader("strict-transport-security", "max-age=31536000") }
    }
}

extension HTTPResponse {
    fileprivate var setsCookie: Bool { headers["set-cookie"] != nil }
}
