import Encoding
import Identity
import Journeys
import Kernel
import RPC
import Telemetry
import Testing
import Threads

@testable import GatewayWeb

/// The pages without services: addresses, forms, cookies and headers.
@Suite struct PagesTests {
    private static let origin = "https://tickets.example"

    /// A credential that no service accepts, in a cookie as a sign-in writes it.
    private static let credential = StoredCredential(
        name: "alice", role: .user, user: UserID(high: 1, low: 2), expiry: .distantFuture, bytes: [1, 2, 3],
        session: .init(secret: [4, 5, 6], refreshAt: .distantFuture, endsAt: .distantFuture))
    private static let cookie = "__Host-onsale=\(Base64.text(of: Array(credential.text.utf8)))"
    private static let token = FormToken(ofSession: [4, 5, 6]).text

    /// The answer of an edge whose services are away.
    private static func respond(
        _ method: HTTPMethod, _ target: String, headers: [String: String] = [:], form: String? = nil,
        isSecure: Bool = true
    ) async throws -> HTTPResponse {
        let clock = SystemClock()
        let connections = Connections(agent: "test", addresses: { _ in [.loopback(1)] })
        let site = Site(
            connections: connections, clock: clock, log: Log(level: .error, clock: clock) { _ in }, origin: origin,
            callTimeout: .milliseconds(100), namesClients: false)
        var fields = headers.map { HTTPFields.Field(name: $0.key, value: $0.value) }
        if form != nil { fields.append(.init(name: "content-type", value: "application/x-www-form-urlencoded")) }
        let request = HTTPRequest(
            method, target, headers: HTTPFields(fields), body: Array((form ?? "").utf8), client: .loopback(9),
            isSecure: isSecure)
        let response = await Pages(site).respond(to: try #require(request))
        await connections.close()
        return response
    }

    private static func post(
        _ target: String, _ form: String, origin: String? = origin, site: String? = "same-origin"
    ) async throws -> HTTPResponse {
        var headers = ["cookie": cookie]
        headers["origin"] = origin
        headers["sec-fetch-site"] = site
        return try await respond(.post, target, headers: headers, form: form)
    }

    @Test func `every page has a policy without inline code, and cannot be framed`() async throws {
        for target in ["/account", "/nothing-here", "/tickets", "/UPPER", "/a/b/c"] {
            let response = try await Self.respond(.get, target)
            let policy = try #require(response.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(response.headers["x-frame-options"] == "DENY")
            #expect(response.headers["x-content-type-options"] == "nosniff")
            #expect(response.headers["strict-transport-security"] != nil)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(!text.contains(" style=") && !text.contains(" onclick=") && !text.contains("<style"))
        }
    }

    @Test func `a page asks no other site for anything`() async throws {
        let text = String(decoding: try await Self.respond(.get, "/account").body, as: UTF8.self)
        for match in text.matches(of: /(?:src|href|action)="([^"]*)"/) {
            #expect(
                match.output.1.hasPrefix("/") && !match.output.1.hasPrefix("//")
                    || "?#".contains(match.output.1.first ?? "x"))
        }
    }

    @Test func `pages of a signed-in buyer are not stored`() async throws {
        let own = try await Self.respond(.get, "/wallet", headers: ["cookie": Self.cookie])
        #expect(own.headers["cache-control"] == "no-store")
        #expect(own.headers["vary"]?.contains("Cookie") == true)
        #expect(try await Self.respond(.get, "/account").headers["cache-control"] == "no-store")
    }

    @Test func `assets are kept for good, and have names with their hash`() async throws {
        for asset in Assets.all {
            let response = try await Self.respond(.get, asset.path)
            #expect(response.status == 200 && !response.body.isEmpty)
            #expect(response.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
        #expect(Assets.all.map(\.name.utf8.count).min() == 19)
        #expect(try await Self.respond(.get, "/_/0000000000000000.js").status == 404)
    }

    @Test func `a page and its assets are under 60 KB`() async throws {
        let page = try await Self.respond(.get, "/account").body.count
        var total = page
        for asset in Assets.all { total += try await Self.respond(.get, asset.path).body.count }
        #expect(total < 60_000)
    }

    @Test(
        arguments: [
            ("https://evil.example", "same-origin", token), ("null", "same-origin", token),
            ("http://tickets.example", "same-origin", token), ("https://tickets.example.evil.example", nil, token),
            (origin, "cross-site", token), (origin, "same-site", token), (origin, "same-origin", ""),
            (origin, "same-origin", FormToken(ofSession: [4, 5]).text), (nil, nil, "00"),
        ] as [(String?, String?, String)])
    func `a form of another site or of another session is refused`(
        origin: String?, site: String?, token: String
    ) async throws {
        let response = try await Self.post("/account", "do=sign-out&token=\(token)", origin: origin, site: site)
        #expect(response.status == 403)
        #expect(response.headers["set-cookie"] == nil)
    }

    @Test func `a form of the own page signs out, also while the services are away`() async throws {
        let response = try await Self.post("/account", "do=sign-out&token=\(Self.token)")
        #expect(response.status == 303)
        let cookie = try #require(response.headers["set-cookie"])
        #expect(cookie.hasPrefix("__Host-onsale=; Path=/; HttpOnly; SameSite=Lax; Secure"))
    }

    @Test func `a body that is no form, and one without an action, are refused`() async throws {
        let json = try await Self.respond(.post, "/account", headers: ["content-type": "application/json"])
        #expect(json.status == 403)
        #expect(try await Self.post("/account", "token=\(Self.token)").status == 403)
        #expect(try await Self.post("/account", "do=nothing&token=\(Self.token)").status == 403)
    }

    @Test(
        arguments: [
            ("/moon-tour/friday", "/moon-tour/friday"), ("/a?b=c", "/a?b=c"), ("//evil.example", nil),
            ("https://evil.example", nil), ("/\\evil.example", nil), ("/a\r\nb", nil), ("javascript:alert(1)", nil),
            ("", nil), (nil, nil), ("/" + String(repeating: "a", count: 300), nil),
        ] as [(String?, String?)])
    func `a redirect stays on the site`(wanted: String?, path: String?) {
        #expect(SitePath.local(wanted) == path)
    }

    @Test(arguments: ["/tickets", "/wallet", "/tickets/0193e5a0-7a55-7000-8000-000000000001"])
    func `a visitor without a session gets the forms to sign in, and comes back`(target: String) async throws {
        let response = try await Self.respond(.get, target)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == 401)
        #expect(text.contains("name=next value=\"\(target)\""))
    }

    @Test(arguments: ["garbage", "", "Z2FyYmFnZQ==", String(repeating: "A", count: 9000)])
    func `a cookie that is no credential is ignored`(value: String) async throws {
        let response = try await Self.respond(.get, "/wallet", headers: ["cookie": "__Host-onsale=\(value)"])
        #expect(response.status == 401)
    }

    @Test func `over plain HTTP the cookie has a plain name, and one of them is not the other`() async throws {
        let secure = try await Self.respond(.get, "/wallet", headers: ["cookie": Self.cookie], isSecure: false)
        #expect(secure.status == 401)
        let plain = Self.cookie.replacing("__Host-onsale", with: "onsale")
        let response = try await Self.respond(.get, "/wallet", headers: ["cookie": plain], isSecure: false)
        #expect(response.status == 503, "the credential was read, and the service is away")
    }

    @Test func `a service that is away is a page with what is safe, and when to try again`() async throws {
        let response = try await Self.respond(
            .get, "/wallet", headers: ["cookie": Self.cookie, "accept-language": "ko"])
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] != nil)
        #expect(text.contains(Text.nothingChanged(in: .korean)) && text.contains("<html lang=\"ko\""))
    }

    @Test func `a language that is chosen stays chosen`() async throws {
        let response = try await Self.respond(.get, "/account?lang=ko", headers: ["accept-language": "en"])
        #expect(response.headers["set-cookie"]?.hasPrefix("language=ko; Path=/; HttpOnly") == true)
        let later = try await Self.respond(
            .get, "/account", headers: ["accept-language": "en", "cookie": "language=ko"])
        #expect(String(decoding: later.body, as: UTF8.self).contains("<html lang=\"ko\""))
        #expect(try await Self.respond(.get, "/account?lang=xx").headers["set-cookie"] == nil)
    }
}
