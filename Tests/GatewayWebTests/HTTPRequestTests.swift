import Kernel
import Testing

@testable import GatewayWeb

struct HTTPRequestTests {
    private func request(_ target: String, _ headers: [String: String] = [:], body: String = "") -> HTTPRequest? {
        HTTPRequest(
            .get, target, headers: HTTPFields(headers.map { .init(name: $0.key, value: $0.value) }),
            body: Array(body.utf8), client: .loopback(1), isSecure: false)
    }

    @Test func `the parts of a path and of a query are decoded`() throws {
        let found = try #require(request("/moon-tour/fri%C3%A9day?seat=A+1&seat=%42&empty"))
        #expect(found.path == ["moon-tour", "friéday"])
        #expect(found.query.values(of: "seat") == ["A 1", "B"])
        #expect(found.query["empty"] == "")
        #expect(found.query["other"] == nil)
    }

    @Test(arguments: ["/", "//", "/?"]) func `the root has no parts`(target: String) {
        #expect(request(target)?.path == [])
    }

    @Test(arguments: [
        "", "*", "http://other.example/", "/../etc/passwd", "/a/./b", "/%2e%2e/x", "/a%2fb", "/%", "/%4", "/%zz",
        "/%00",
        "/%ff", "/?a=%",
    ])
    func `a target that is no path of the site is refused`(target: String) {
        #expect(request(target) == nil)
    }

    @Test func `a form of more than 16 KiB is not read`() {
        func form(_ bytes: Int) -> HTTPFields? {
            let headers = ["content-type": "application/x-www-form-urlencoded; charset=UTF-8"]
            return request("/", headers, body: "a=" + String(repeating: "b", count: bytes - 2))?.form
        }
        #expect(form(16 * 1024)?["a"]?.utf8.count == 16 * 1024 - 2)
        #expect(form(16 * 1024 + 1) == nil)
    }

    @Test func `cookies are separated at semicolons`() {
        let cookies = request("/", ["cookie": "a=1; b=x=y;c=; broken"])?.cookies
        #expect(cookies?["a"] == "1")
        #expect(cookies?["b"] == "x=y")
        #expect(cookies?["c"] == "")
        #expect(cookies?["broken"] == nil)
    }

    @Test func `only the media type of forms is read as a form`() {
        let form = request("/", ["content-type": "application/x-www-form-urlencoded; charset=utf-8"], body: "a=%20&a=2")
        #expect(form?.form?.values(of: "a") == [" ", "2"])
        #expect(request("/", ["content-type": "text/plain"], body: "a=1")?.form == nil)
    }

    @Test func `languages are ordered by their quality`() {
        let languages = request("/", ["accept-language": "de;q=0.5, ko-KR, en;q=0, ja;q=0.9"])?.languages
        #expect(languages == ["ko-kr", "ja", "de"])
    }

    @Test(arguments: ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\r\nset-cookie: b=1"])
    func `a redirect stays on the site`(path: String) {
        #expect(HTTPResponse.redirect(to: path).headers["location"] == "/")
    }

    @Test func `a redirect to a path of the site keeps its query`() {
        #expect(HTTPResponse.redirect(to: "/moon-tour?step=2").headers["location"] == "/moon-tour?step=2")
    }

    @Test func `a header cannot end early`() {
        var response = HTTPResponse(200)
        response.setHeader("x-name", "a\r\nset-cookie: b=1")
        #expect(response.headers["x-name"] == "a  set-cookie: b=1")
    }

    @Test func `a cookie is closed to scripts and other sites`() {
        var response = HTTPResponse(200)
        response.setCookie("a", "1", isSecure: true, maxAge: .hours(1))
        response.setCookie("b", nil, isSecure: false)
        #expect(
            response.headers.values(of: "set-cookie") == [
                "a=1; Path=/; HttpOnly; Secure; Max-Age=3600; SameSite=Lax",
                "b=; Path=/; HttpOnly; Max-Age=0; SameSite=Lax",
            ])
    }
}
