import Encoding
import Journeys
import Kernel
import WalletAPI

/// What the forms of the account do.
struct SignIns: Sendable {
    let visit: Visit

    private var people: People { People(visit.caller, solution: solution) }

    /// The solution that the script adds to a form, after an answer with a puzzle.
    private var solution: PuzzleSolution? {
        guard let form = visit.request.form, let challenge = form["challenge"].flatMap({ Base64.bytes(of: $0) }),
            let nonce = form["nonce"].flatMap({ UInt64($0) })
        else { return nil }
        return PuzzleSolution(challenge: challenge, nonce: nonce)
    }

    func respond(to action: FormAction) async throws -> HTTPResponse {
        switch action {
        case .signIn: try await signIn()
        case .signUp: try await signUp()
        case .setPassword: try await setPassword()
        case .signOut: try await signOut()
        case .signOutEverywhere: try await signOut(everywhere: true)
        case .endSession: try await endSession()
        case .changePassword: try await changePassword()
        default: throw Problem.foreignForm
        }
    }

    private func field(_ name: String) throws -> String {
        guard let value = visit.request.form?[name] else { throw Problem.foreignForm }
        return value
    }

    private func signIn() async throws -> HTTPResponse {
        let credential = try await people.signIn(try field("name"), password: try field("password"), as: .user)
        return begun(credential)
    }

    private func signUp() async throws -> HTTPResponse {
        guard let id: RequestID = visit.id("request") else { throw Problem.foreignForm }
        return begun(
            try await people.signUp(try field("name"), password: try field("password"), requestID: id))
    }

    /// Continues on the page that the buyer wanted to see.
    private func begun(_ credential: StoredCredential) -> HTTPResponse {
        var response = HTTPResponse.redirect(to: SitePath.local(visit.request.form?["next"]) ?? "/")
        SessionCookie.write(credential, to: &response, visit.request, now: visit.now)
        return response
    }

    private func setPassword() async throws -> HTTPResponse {
        try await people.setPassword(
            of: try field("name"), to: try field("password"), code: try field("code"))
        return .redirect(to: SitePath.query(AccountPage.path, [("done", "code")]))
    }

    /// Removes the cookie even if the service is away: the credential expires by itself.
    private func signOut(everywhere: Bool = false) async throws -> HTTPResponse {
        if everywhere { try await people.signOutEverywhere() } else { try? await people.signOut(nil) }
        var response = HTTPResponse.redirect(to: SitePath.query(AccountPage.path, [("done", "out")]))
        SessionCookie.write(nil, to: &response, visit.request, now: visit.now)
        return response
    }

    private func endSession() async throws -> HTTPResponse {
        guard let id: SessionID = visit.id("session") else { throw Problem.foreignForm }
        try await people.signOut(id)
        return .redirect(to: SitePath.query(AccountPage.path, [("done", "session")]))
    }

    private func changePassword() async throws -> HTTPResponse {
        try visit.requireSignIn()
        try await people.changePassword(try field("password"), to: try field("new"))
        return .redirect(to: SitePath.query(AccountPage.path, [("done", "password")]))
    }
}
