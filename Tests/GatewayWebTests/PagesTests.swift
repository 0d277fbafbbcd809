import Identity
import Kernel
import Testing

@testable import GatewayWeb

/// The pages without services: addresses, forms, cookies and headers.
@Suite struct PagesTests {
    @Test func `every page has a policy without inline code, and cannot be framed`() async throws {
        for target in ["/account", "/nothing-here", "/tickets", "/UPPER", "/a/b/c"] {
            let response = try await TestPages.respond(.get, target)
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
        let text = String(decoding: try await TestPages.respond(.get, "/account").body, as: UTF8.self)
        for match in text.matches(of: /(?:src|href|action)="([^"]*)"/) {
            #expect(
                match.output.1.hasPrefix("/") && !match.output.1.hasPrefix("//")
                    || "?#".contains(match.output.1.first ?? "x"))
        }
    }

    @Test func `pages of a signed-in buyer are not stored`() async throws {
        let own = try await TestPages.respond(.get, "/wallet", headers: ["cookie": TestPages.cookie])
        #expect(own.headers["cache-control"] == "no-store")
        #expect(own.headers["vary"]?.contains("Cookie") == true)
        #expect(try await TestPages.respond(.get, "/account").headers["cache-control"] == "no-store")
    }

    @Test func `assets are kept for good, and have names with their hash`() async throws {
        for asset in Assets.all {
            let response = try await TestPages.respond(.get, asset.path)
            #expect(response.status == 200 && !response.body.isEmpty)
            #expect(response.headers["cache-control"] == "public, max-age=31536000, immutable")
        }
        #expect(Assets.all.map(\.name.utf8.count).min() == 19)
        #expect(try await TestPages.respond(.get, "/_/0000000000000000.js").status == 404)
    }

    @Test func `a page and its assets are under 60 KB`() async throws {
        let page = try await TestPages.respond(.get, "/account").body.count
        var total = page
        for asset in Assets.all { total += try await TestPages.respond(.get, asset.path).body.count }
        #expect(total < 60_000)
    }

    @Test(
        arguments: [
            ("https://evil.example", "same-origin", TestPages.token), ("null", "same-origin", TestPages.token),
            ("http://tickets.example", "same-origin", TestPages.token),
            ("https://tickets.example.evil.example", nil, TestPages.token),
            (TestPages.origin, "cross-site", TestPages.token), (TestPages.origin, "same-site", TestPages.token),
            (TestPages.origin, "same-origin", ""),
            (TestPages.origin, "same-origin", FormToken(ofSession: [4, 5]).text), (nil, nil, "00"),
        ] as [(String?, String?, String)])
    func `a form of another site or of another session is refused`(
        origin: String?, site: String?, token: String
    ) async throws {
        let response = try await TestPages.post("/account", "do=sign-out&token=\(token)", origin: origin, site: site)
        #expect(response.status == 403)
        #expect(response.headers["set-cookie"] == nil)
    }

    @Test func `a form of the own page signs out, also while the services are away`() async throws {
        let response = try await TestPages.post("/account", "do=sign-out&token=\(TestPages.token)")
        #expect(response.status == 303)
        let cookie = try #require(response.headers["set-cookie"])
        #expect(cookie == "__Host-onsale=; Path=/; HttpOnly; Secure; Max-Age=0; SameSite=Lax")
    }

    @Test func `only the action of a return gives tickets back`() async throws {
        let target = "/tickets/0193e5a0-7a55-7000-8000-000000000001/return"
        #expect(try await TestPages.post(target, "do=pay&token=\(TestPages.token)").status == 404)
        let asked = try await TestPages.post(target, "do=give-back&token=\(TestPages.token)")
        #expect(asked.status == 503, "the service is asked, and it is away")
    }

    @Test func `a body that is no form, and one without an action, are refused`() async throws {
        let json = try await TestPages.respond(.post, "/account", headers: ["content-type": "application/json"])
        #expect(json.status == 403)
        #expect(try await TestPages.post("/account", "token=\(TestPages.token)").status == 403)
        #expect(try await TestPages.post("/account", "do=nothing&token=\(TestPages.token)").status == 403)
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
        let response = try await TestPages.respond(.get, target)
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == 401)
        #expect(text.contains("name=next value=\"\(target)\""))
    }

    @Test(arguments: ["garbage", "", "Z2FyYmFnZQ==", String(repeating: "A", count: 9000)])
    func `a cookie that is no credential is ignored`(value: String) async throws {
        let response = try await TestPages.respond(.get, "/wallet", headers: ["cookie": "__Host-onsale=\(value)"])
        #expect(response.status == 401)
    }

    @Test func `over plain HTTP the cookie has a plain name, and one of them is not the other`() async throws {
        let secure = try await TestPages.respond(
            .get, "/wallet", headers: ["cookie": TestPages.cookie], isSecure: false)
        #expect(secure.status == 401)
        let plain = TestPages.cookie.replacing("__Host-onsale", with: "onsale")
        let response = try await TestPages.respond(.get, "/wallet", headers: ["cookie": plain], isSecure: false)
        #expect(response.status == 503, "the credential was read, and the service is away")
    }

    @Test func `a service that is away is a page with what is safe, and when to try again`() async throws {
        let response = try await TestPages.respond(
            .get, "/wallet", headers: ["cookie": TestPages.cookie, "accept-language": "ko"])
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] != nil)
        #expect(text.contains(Text.nothingChanged(in: .korean)) && text.contains("<html lang=\"ko\""))
    }

    @Test func `a language that is chosen stays chosen`() async throws {
        let response = try await TestPages.respond(.get, "/account?lang=ko", headers: ["accept-language": "en"])
        #expect(response.headers["set-cookie"]?.hasPrefix("language=ko; Path=/; HttpOnly") == true)
        let later = try await TestPages.respond(
            .get, "/account", headers: ["accept-language": "en", "cookie": "language=ko"])
        #expect(String(decoding: later.body, as: UTF8.self).contains("<html lang=\"ko\""))
        #expect(try await TestPages.respond(.get, "/account?lang=xx").headers["set-cookie"] == nil)
    }
}
