import Identity
import Kernel

/// Refuses forms that other sites send in the name of a buyer.
struct FormGuard: Sendable {
    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    /// Throws unless the form comes from a page of this site, and of this session if there is one.
    func check() throws {
        let headers = visit.request.headers
        guard visit.request.form != nil else { throw Problem.foreignForm }
        if let origin = headers["origin"]?.lowercased(), !isOwn(origin) { throw Problem.foreignForm }
        if let site = headers["sec-fetch-site"], site != "same-origin", site != "none" { throw Problem.foreignForm }
        guard let token = visit.formToken else { return }
        // A sign-in needs no session, so its form may be older than the present session.
        if let action = visit.request.form?["do"].flatMap({ FormAction(rawValue: $0) }), action.beginsSession { return }
        guard token.isText(visit.request.form?["token"] ?? "") else { throw Problem.foreignForm }
    }

    /// True for the site, also under another of its names. A page of another site cannot choose the header Host.
    private func isOwn(_ origin: String) -> Bool {
        if origin == visit.site.origin.lowercased() { return true }
        guard let host = visit.request.headers["host"]?.lowercased() else { return false }
        return origin == "\(visit.request.isSecure ? "https" : "http")://\(host)"
    }
}

extension FormAction {
    /// True for the forms of visitors without a session.
    var beginsSession: Bool { self == .signIn || self == .signUp || self == .setPassword }
}
