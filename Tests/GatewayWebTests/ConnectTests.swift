import Encoding
import Identity
import Journeys
import Kernel
import Messages
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing
import Threads

@testable import GatewayWeb

@Suite struct ConnectTests {
    @Test func `a call in JSON is answered in canonical JSON`() async throws {
        try await TestEdge.with { edge in
            let room = try await edge.room()
            let answer = await edge.post("FindRoom", #"{"name":"spring"}"#)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            #expect(answer.text.contains("\"roomId\":\"\(Base64.text(of: room.bytes))\""))
            #expect(answer.headers["cache-control"] == "no-store")
            // The id as a UUID.
            #expect(await edge.post("FindRoom", #"{"room_id":"\#(room)"}"#) == answer)
        }
    }

    @Test func `a call in the binary format is answered in it`() async throws {
        try await TestEdge.with { edge in
            let room = try await edge.room()
            let request = try FindRoomRequest(name: "spring").encoded()
            let answer = await edge.call("POST", "FindRoom", ["content-type": "application/proto"], body: request)
            #expect(answer.headers["content-type"] == "application/proto")
            let reply = try FindRoomReply(decoding: answer.body)
            #expect(reply.room.roomID == room)
        }
    }

    @Test func `a method without effects is called with GET`() async throws {
        try await TestEdge.with { edge in
            _ = try await edge.room()
            let json = PercentEncoding.encoded(#"{"name":"spring"}"#)
            let answer = await edge.get("FindRoom?connect=v1&encoding=json&message=\(json)")
            #expect(answer.status == 200)
            let bytes = try FindRoomRequest(name: "spring").encoded()
            let base64 = PercentEncoding.encoded(Base64.text(of: bytes))
            #expect(await edge.get("FindRoom?encoding=proto&base64=1&message=\(base64)").status == 200)
            let zipped = PercentEncoding.encoded(Base64.text(of: try GZipBytes.of(bytes)))
            let target = "FindRoom?encoding=proto&base64=1&compression=gzip&message=\(zipped)"
            #expect(await edge.get(target).status == 200)
        }
    }

    @Test(arguments: [
        ("FindRoom?encoding=json", 400, "message must be in the query"),
        ("FindRoom?encoding=xml&message=a", 415, "the codec is unknown"),
        ("FindRoom?message=%7B%7D", 415, "the codec is unknown"),
        ("FindRoom?connect=v2&encoding=json&message=%7B%7D", 400, "connect must be v1"),
        ("FindRoom?encoding=json&message=%7B%7D&compression=br", 400, "compression must be gzip or identity"),
        ("FindRoom?encoding=json&base64=1&message=%25", 400, "message must be Base64"),
        ("FindRoom?encoding=json&base64=1&compression=gzip&message=AAAA", 400, "message must be gzip"),
    ])
    func `a query that is no call is refused`(target: String, status: Int, message: String) async throws {
        try await TestEdge.with { edge in
            let answer = await edge.get(target)
            #expect(answer.status == status && answer.text.contains(message))
        }
    }

    @Test func `GET cannot change anything`() async throws {
        try await TestEdge.with { edge in
            let answer = await edge.get("CreateRoom?encoding=json&message=%7B%7D")
            #expect(answer.status == 405 && answer.headers["allow"] == "POST")
        }
    }

    @Test(arguments: [
        ("/", "GET, HEAD, POST"), ("/openapi.json", "GET, HEAD"),
        ("/onsale.queue.v1.Queue/FindRoom", "GET, HEAD, POST"), ("/onsale.queue.v1.Queue/Join", "POST"),
    ])
    func `each path refuses other methods, and names those that it allows`(path: String, allowed: String) async throws {
        try await TestEdge.with { edge in
            for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
                let answer = await edge.respond(method, path, [:], [])
                #expect(answer.status == 405 && answer.headers["allow"] == allowed)
            }
        }
    }

    @Test(arguments: ["text/plain", "application/xml", "", "application/grpc", "application/connect+json"])
    func `another codec is refused with the known ones`(type: String) async throws {
        try await TestEdge.with { edge in
            let answer = await edge.call("POST", "FindRoom", ["content-type": type], body: [])
            #expect(answer.status == 415)
            #expect(answer.headers["accept-post"] == "application/json, application/proto")
        }
    }

    @Test(arguments: [
        "Queue/FinishPass", "Queue/WatchPlace", "Queue/Nothing", "Queue/FindRoom/more", "Queue", "Nothing/FindRoom",
    ])
    func `methods of services, streams and unknown methods are not served`(name: String) async throws {
        try await TestEdge.with { edge in
            let answer = await edge.respond(
                "POST", "/onsale.queue.v1.\(name)", ["content-type": "application/json"], [])
            #expect(answer.status == 404 && answer.text.contains(#""code":"unimplemented""#))
        }
    }

    @Test func `a write carries its request id, and a retry finds its result`() async throws {
        try await TestEdge.with { edge in
            let key = "0190a5e0-0000-7000-8000-000000000001"
            let headers = edge.headers(of: .operator).merging(["idempotency-key": key]) { $1 }
            let first = await edge.post("CreateRoom", #"{"name":"spring"}"#, headers)
            #expect(first.status == 200)
            #expect(await edge.post("CreateRoom", #"{"name":"spring"}"#, headers) == first)
            let other = await edge.post("CreateRoom", #"{"name":"summer"}"#, headers)
            #expect(other.status == 409 && other.text.contains("REQUEST_ID_REUSED"))
            let missing = await edge.post("CreateRoom", #"{"name":"autumn"}"#, edge.headers(of: .operator))
            #expect(missing.status == 400 && missing.text.contains("Idempotency-Key"))
        }
    }

    @Test func `a failure has the reason and the field in its details`() async throws {
        try await TestEdge.with { edge in
            let headers = edge.headers(of: .operator).merging(["idempotency-key": "\(RequestID.numbered(1))"]) { $1 }
            let answer = await edge.post("CreateRoom", #"{"name":"No Name"}"#, headers)
            #expect(answer.status == 400 && answer.text.hasPrefix(#"{"code":"invalid_argument","message":"name must"#))
            #expect(answer.text.contains(#""reason":"INVALID_FIELD""#))
            #expect(answer.text.contains(#""type":"onsale.rpc.v1.FieldViolation""#))
            #expect(answer.text.contains(#""debug":{"field":"name","rule":"must have 1 to 64"#))
        }
    }

    @Test(arguments: [
        (#"{"nam":"x"}"#, #""field":"nam""#), (#"{"name":7}"#, #""field":"name""#), ("{", "line 1, column 2"),
        ("", "line 1, column 1"), (#"{"roomId":"?"}"#, #""field":"roomId""#),
    ])
    func `JSON that does not fit is refused with its place`(json: String, place: String) async throws {
        try await TestEdge.with { edge in
            let answer = await edge.post("FindRoom", json)
            #expect(answer.status == 400 && answer.text.contains(place))
        }
    }

    @Test(arguments: [
        ("connect-timeout-ms", "1.5"), ("connect-timeout-ms", "12345678901"), ("connect-timeout-ms", ""),
        ("connect-protocol-version", "2"), ("idempotency-key", "abc"),
    ])
    func `a header that is not valid is named`(name: String, value: String) async throws {
        try await TestEdge.with { edge in
            let answer = await edge.post("FindRoom", #"{"name":"spring"}"#, [name: value])
            #expect(answer.status == 400 && answer.text.contains(#""field":"\#(name)""#))
        }
    }

    @Test func `a call needs the credential of a role that may make it`() async throws {
        try await TestEdge.with { edge in
            let none = await edge.post("ListPlaces", "{}")
            #expect(none.status == 401 && none.headers["www-authenticate"] == "Bearer")
            #expect(none.text.contains("CREDENTIAL_MISSING"))
            for value in ["Basic YTpi", "Bearer", "Bearer !", "Bearer AAAA"] {
                #expect(await edge.post("ListPlaces", "{}", ["authorization": value]).status == 401)
            }
            #expect(await edge.post("ListPlaces", "{}", edge.headers(of: .alice)).status == 200)
            let user = await edge.post("ListRooms", "{}", edge.headers(of: .alice))
            #expect(user.status == 403 && user.text.contains("ROLE_NOT_ALLOWED"))
        }
    }
}
