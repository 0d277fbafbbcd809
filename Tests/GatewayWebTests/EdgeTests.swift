import Glibc
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import Threads

@testable import GatewayWeb

@Suite struct EdgeTests {
    private static let find = #"{"name":"spring"}"#

    @Test func `only the certificate of an edge lets it name its clients`() async throws {
        try await TestEdge.with(namesClients: true, isEdge: true) { edge in
            _ = try await edge.room()
            #expect(await edge.post("FindRoom", Self.find).status == 200)
            // It makes no calls of services.
            #expect(await edge.post("FindRoom", Self.find, edge.headers(of: .service)).status != 200)
        }
        try await TestEdge.with(namesClients: true) { edge in
            let answer = await edge.post("FindRoom", Self.find)
            #expect(answer.status == 403 && answer.text.contains("PEER_NOT_ALLOWED"))
        }
    }

    @Test func `a service that is away is unavailable, without its address`() async throws {
        let socket = try ListeningSocket(on: .loopback(0), backlog: 1)
        close(socket.descriptor)
        try await TestEdge.with([socket.address]) { router in
            let answer = await router.respond(to: try #require(Self.request("FindRoom", timeout: nil)))
            #expect(answer.status == 503 && answer.text.contains(#""code":"unavailable""#))
            #expect(answer.text.contains("queue service") && !answer.text.contains("127.0.0.1"))
        }
    }

    @Test func `a call ends at the deadline of its client`() async throws {
        // The system accepts connections, and no program answers.
        let socket = try ListeningSocket(on: .loopback(0), backlog: 8)
        defer { close(socket.descriptor) }
        try await TestEdge.with([socket.address]) { router in
            let answer = await router.respond(to: try #require(Self.request("FindRoom", timeout: "20")))
            #expect(answer.status == 504 && answer.text.contains(#""code":"deadline_exceeded""#))
        }
    }

    @Test func `the description lists the served methods, and GET for those without effects`() async throws {
        try await TestEdge.with([.loopback(1)]) { router in
            let request = HTTPRequest(.get, "/openapi.json", client: TestEdge.client, isSecure: false)
            let answer = await router.respond(to: try #require(request))
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            let paths = answer.text.components(of: #""/onsale."#)
            #expect(paths == ServedMethods.all.count)
            #expect(answer.text.components(of: #""get":{"#) == ServedMethods.all.count(where: \.isReadOnly))
            #expect(!answer.text.contains("FinishPass") && !answer.text.contains("WatchPlace"))
        }
    }

    private static func request(_ method: String, timeout: String?) -> HTTPRequest? {
        var headers = HTTPFields()
        headers.append("content-type", "application/json")
        if let timeout { headers.append("connect-timeout-ms", timeout) }
        return HTTPRequest(
            .post, "/onsale.queue.v1.Queue/\(method)", headers: headers, body: Array(find.utf8),
            client: TestEdge.client,
            isSecure: false)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
