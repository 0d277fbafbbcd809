import Journeys
import Kernel
import WalletAPI

/// Sign-in, sign-up, sessions and the password.
struct AccountPage: Sendable {
    static let path = "/account"

    let visit: Visit
    /// The page that the buyer wanted to see.
    var next: String?

    private var nextField: HTML { next.map { "<input type=hidden name=next value=\"\($0)\">" } ?? "" }

    /// Marks a form with a password. The script sends it, because the answer may be a puzzle.
    private var effort: HTML { " data-effort=\"\(visit(.signInQueued))\" data-solver=\"\(Assets.puzzle.path)\"" }
    /// The end of such a form. The script shows there that it works.
    private static let progress: HTML = "<p class=\"hint\" role=\"status\"></p></form>"

    func show(_ note: Problem? = nil) async throws -> Page {
        guard let signIn = visit.signIn else { return signedOut(note) }
        let sessions = try await People(visit.caller).sessions()
        let rows: [HTML] = sessions.map(row)
        return Page(
            visit(.account), status: note?.status ?? 200,
            """
            <h1>\(visit(.account))</h1>\(note.map { $0.content(visit) })\(done)
            <section class="card"><h2>\(visit(.signedInAs(signIn.name)))</h2>
            <div class="actions">\(Parts.form(visit, .signOut, to: Self.path, visit(.signOut)))\
            \(Parts.form(visit, .signOutEverywhere, to: Self.path, visit(.signOutEverywhere), isQuiet: true))</div></section>
            <section class="card"><h2>\(visit(.changePassword))</h2>
            <form method="post" action="\(Self.path)" class="stack"\(effort)>\(visit.fields(.changePassword))
            \(password(.presentPassword, "password", "current-password"))
            \(password(.newPassword, "new", "new-password", hint: .passwordRule))
            <button>\(visit(.changePassword))</button>\(Self.progress)</section>
            <section><h2>\(visit(.sessions))</h2><ul class="cards">\(rows)</ul></section>
            """)
    }

    private var done: HTML {
        let text: Text? =
            switch visit.request.query["done"] {
            case "password": .passwordChanged
            case "session": .sessionEnded
            case "out": .signedOut
            case "code": .passwordSet
            default: nil
            }
        return text.map { "<p class=\"note good\" role=\"status\">\(visit($0))</p>" } ?? ""
    }

    private func row(_ session: OpenSession) -> HTML {
        let end = Parts.form(
            visit, .endSession, to: Self.path, visit(.endSession), isQuiet: true,
            "<input type=hidden name=session value=\"\(session.sessionID)\">")
        return """
            <li class="card session"><div><p><strong>\(session.isCurrent ? visit(.thisSession) : session.address)</strong></p>
            <p class="quiet">\(visit(.since)) \(Parts.time(session.beganAt, visit)) · \(visit(.lastUsed)) \(Parts.time(session.usedAt, visit))</p></div>
            \(session.isCurrent ? "" : end)</li>
            """
    }

    // MARK: Signed out

    /// The forms of a visitor without a session.
    func signedOut(_ note: Problem? = nil) -> Page {
        let typed = visit.request.form?["name"] ?? ""
        return Page(
            visit(.signIn), status: note?.status ?? 200,
            """
            <h1>\(visit(.signIn))</h1>\(note.map { $0.content(visit) })\(done)
            <div class="pair">
            <section class="card"><h2>\(visit(.haveAccount))</h2>
            <form method="post" action="\(Self.path)" class="stack"\(effort)>\(visit.fields(.signIn))\(nextField)
            \(name(typed, "in"))\(password(.password, "password", "current-password", form: "in"))
            <button>\(visit(.signIn))</button>\(Self.progress)</section>
            <section class="card"><h2>\(visit(.newHere))</h2>
            <form method="post" action="\(Self.path)" class="stack"\(effort)>\(visit.fields(.signUp))\(nextField)\(requestField)
            \(name(typed, "up", hint: .nameRule))\(password(.password, "password", "new-password", form: "up", hint: .passwordRule))
            <button>\(visit(.createAccount))</button>\(Self.progress)</section>
            </div>
            <details><summary>\(visit(.forgotten))</summary><section class="card"><p>\(visit(.forgottenHow))</p>
            <form method="post" action="\(Self.path)" class="stack"\(effort)>\(visit.fields(.setPassword))\(nextField)\(requestField)
            \(name(typed, "set"))
            <label for="set-code">\(visit(.code))</label><input id="set-code" name="code" required autocomplete="one-time-code">
            \(password(.newPassword, "password", "new-password", form: "set", hint: .passwordRule))
            <button>\(visit(.setPassword))</button>\(Self.progress)</section></details>
            """)
    }

    private var requestField: HTML {
        let id: RequestID = .make(at: visit.now)
        return "<input type=hidden name=request value=\"\(id)\">"
    }

    private func name(_ typed: String, _ form: String, hint: Text? = nil) -> HTML {
        field(
            "name", form, .name,
            "type=text autocapitalize=none spellcheck=false autocomplete=username value=\"\(typed)\"", hint)
    }

    private func password(
        _ label: Text, _ name: String, _ complete: String, form: String = "own", hint: Text? = nil
    ) -> HTML {
        field(name, form, label, "type=password autocomplete=\"\(complete)\"", hint)
    }

    private func field(_ name: String, _ form: String, _ label: Text, _ attributes: HTML, _ hint: Text?) -> HTML {
        let id = "\(form)-\(name)"
        let note = hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\(visit($0))</p>" as HTML }
        return """
            <label for="\(id)">\(visit(label))</label><input id="\(id)" name="\(name)" required \(attributes)\
            \(HTML.when(hint != nil, " aria-describedby=\"\(id)-hint\""))>\(note)
            """
    }
}
