import Journeys
import Kernel

/// The session of a browser. Its next credential is requested in time, and a session that has ended is dropped.
struct BrowserSession: Sendable {
    /// The longest wait for the next credential while the present one is valid.
    private static let refreshTime = Duration.seconds(1)

    private(set) var credential: StoredCredential?
    /// True if the cookie must be written again.
    private(set) var hasChanged = false

    init(of request: HTTPRequest, _ site: Site) async {
        guard let stored = SessionCookie.read(from: request) else { return }
        let now = site.clock.now
        credential = stored
        if stored.isDue(at: now, jitter: .random(in: 0...1)) { await refresh(stored, site) }
        if let credential, credential.expiry <= now { drop() }
    }

    private mutating func refresh(_ stored: StoredCredential, _ site: Site) async {
        do {
            // While the present credential is valid, a slow wallet service must not delay the page.
            let isValid = stored.expiry > site.clock.now
            let timeout = isValid ? min(site.callTimeout, Self.refreshTime) : site.callTimeout
            guard let next = try await stored.refreshed(over: site.connections, timeout: timeout) else { return }
            credential = next
            hasChanged = true
        } catch let failure as CallFailure where failure.outcome == .notAllowed {
            drop()
        } catch {
            // The present credential is valid for a while, so the wallet service may be away.
        }
    }

    private mutating func drop() {
        credential = nil
        hasChanged = true
    }
}
