import Identity
import Journeys
import Kernel
import Threads

/// One request of a browser: who sends it, in which language, and when.
struct Visit: Sendable {
    static let languageCookie = "language"

    let site: Site
    let request: HTTPRequest
    let language: Language
    /// Nil if the buyer is not signed in.
    let signIn: StoredCredential?
    let now: Timestamp
    let caller: ServiceCaller
    let passes: Passes

    init(_ request: HTTPRequest, _ signIn: StoredCredential?, of site: Site, passes: Passes) {
        self.site = site
        self.request = request
        self.signIn = signIn
        self.passes = passes
        let chosen = (request.query["lang"] ?? request.cookies[Self.languageCookie]).flatMap { Language(rawValue: $0) }
        language = chosen ?? Language(preferredOf: request.languages)
        now = site.clock.now
        caller = site.caller(for: request, records: .ofOneRequest) {
            guard let signIn else { throw NotSignedIn() }
            return signIn.bytes
        }
    }

    /// The text in the language of the visit.
    func callAsFunction(_ text: Text) -> String { text(in: language) }

    func money(_ minorUnits: UInt64, _ currency: String) -> String { self(MoneyText.text(minorUnits, currency)) }

    /// The hidden fields of a form: the proof that it comes from a page of this session, and what the form does.
    func fields(_ action: FormAction) -> HTML {
        let token = formToken.map { "<input type=hidden name=token value=\"\($0.text)\">" as HTML }
        return "<input type=hidden name=do value=\"\(action.rawValue)\">\(token)"
    }

    var formToken: FormToken? { signIn.map { FormToken(ofSession: $0.session?.secret ?? $0.bytes) } }

    /// The id that a form carries, so that sending it twice has one effect.
    func id<Entity>(_ name: String) -> ID<Entity>? { request.form?[name].flatMap { ID($0) } }

    /// Throws if the buyer is not signed in.
    func requireSignIn() throws { if signIn == nil { throw NotSignedIn() } }
}

/// The buyer is not signed in, or the session has ended.
struct NotSignedIn: Error {}

/// What a form does. A page gets its forms at its own address.
enum FormAction: String {
    case join, enter, leave, reserve, best, release, pay, topUp = "top-up"
    case signIn = "sign-in"
    case signUp = "sign-up"
    case signOut = "sign-out"
    case signOutEverywhere = "sign-out-everywhere"
    case endSession = "end-session"
    case changePassword = "change-password"
    case setPassword = "set-password"
    case giveBack = "give-back"
}

extension Records {
    /// Records of one request. A form carries the ids that must survive it, and the services know the rest.
    static var ofOneRequest: Records {
        let activity = Lock(RecentActivity())
        return Records(
            load: { activity.withLock { $0 } }, apply: { change in try activity.withLock { try change(&$0) } })
    }
}
