import Kernel
import Testing

@testable import GatewayWeb

@Suite struct OpenAPITests {
    /// The schema of a field as it stands in the document, until its closing brace.
    private static func schema(_ message: String, _ field: String) throws -> String {
        let request = HTTPRequest(.get, "/openapi.json", client: .loopback(1), isSecure: false)
        let text = OpenAPI(origin: "https://tickets.example").respond(to: try #require(request)).text
        let start = try #require(text.firstRange(of: "\"\(message)\":{")).upperBound
        let field = try #require(text[start...].firstRange(of: "\"\(field)\":{")).upperBound
        var depth = 1
        return String(
            text[field...].prefix { character in
                depth += character == "{" ? 1 : character == "}" ? -1 : 0
                return depth > 0
            })
    }

    @Test(
        arguments: [
            (
                "onsale.wallet.v1.SignUpRequest", "name",
                #""minLength":3,"maxLength":32,"pattern":"^[a-z][a-z0-9._-]*$""#
            ),
            ("onsale.wallet.v1.SignUpRequest", "password", #""minLength":2,"maxLength":128"#),
            ("onsale.concert.v1.BestSeats", "count", #""minimum":1,"maximum":50"#),
            ("onsale.concert.v1.ReturnStep", "keptPercent", #""minimum":0,"maximum":100"#),
            ("onsale.queue.v1.RoomLimits", "activeLimit", #""minimum":1,"maximum":1000000"#),
            ("onsale.queue.v1.RoomLimits", "activeLimit", #"{"const":0,"description":"no limit"}"#),
            ("onsale.concert.v1.SeatOffer", "price", #""pattern":"^[0-9]{1,13}$""#),
            ("onsale.concert.v1.CreateConcertRequest", "currency", #""pattern":"^[A-Z]{3}$""#),
        ])
    func `the ranges and the texts of the contract are in the description`(
        message: String, field: String, rule: String
    ) throws {
        #expect(try Self.schema(message, field).contains(rule))
    }

    @Test func `a field whose default value is refused is required`() throws {
        let signUp = try Self.schema("components", "onsale.wallet.v1.SignUpRequest")
        #expect(signUp.contains(#""required":["name","password"]"#))
        let best = try Self.schema("components", "onsale.concert.v1.BestSeats")
        #expect(best.contains(#""required":["count"]"#))
        let reply = try Self.schema("components", "onsale.wallet.v1.SignUpReply")
        #expect(reply.contains(#""required":["session"]"#))
        #expect(try !Self.schema("components", "onsale.queue.v1.RoomLimits").contains("required"))
    }
}
