import Encoding
import Identity
import Journeys
import Kernel
import RPC
import Telemetry
import TestSupport
import Testing
import Threads

@testable import GatewayWeb

/// The pages, and a signed-in buyer.
enum TestPages {
    static let origin = "https://tickets.example"
    /// A credential that no real service accepts.
    static let credential = credential(until: .distantFuture, refreshAt: .distantFuture)
    /// The cookie of the buyer, as a sign-in writes it.
    static let cookie = cookie(credential)
    static let token = FormToken(ofSession: [4, 5, 6]).text

    static func credential(until expiry: Timestamp, refreshAt: Timestamp) -> StoredCredential {
        StoredCredential(
            name: "alice", role: .user, user: UserID(high: 1, low: 2), expiry: expiry, bytes: [1, 2, 3],
            session: .init(secret: [4, 5, 6], refreshAt: refreshAt, endsAt: .distantFuture))
    }

    static func cookie(_ credential: StoredCredential) -> String {
        "__Host-onsale=\(Base64.text(of: Array(credential.text.utf8)))"
    }

    /// The answer of an edge. Without `services`, they are away.
    static func respond(
        _ method: HTTPMethod, _ target: String, headers: [String: String] = [:], form: String? = nil,
        isSecure: Bool = true, services: StubServices? = nil
    ) async throws -> HTTPResponse {
        let clock = SystemClock()
        let connections = Connections(agent: "test", addresses: { _ in [services?.address ?? .loopback(1)] })
        let site = Site(
            connections: connections, clock: clock, log: Log(level: .error, clock: clock) { _ in }, origin: origin,
            callTimeout: services == nil ? .milliseconds(100) : .seconds(60), namesClients: false)
        var fields = headers.map { HTTPFields.Field(name: $0.key, value: $0.value) }
        if form != nil { fields.append(.init(name: "content-type", value: "application/x-www-form-urlencoded")) }
        let request = HTTPRequest(
            method, target, headers: HTTPFields(fields), body: Array((form ?? "").utf8), client: .loopback(9),
            isSecure: isSecure)
        let response = await Pages(site).respond(to: try #require(request))
        await connections.close()
        return response
    }

    static func post(
        _ target: String, _ form: String, origin: String? = origin, site: String? = "same-origin",
        services: StubServices? = nil
    ) async throws -> HTTPResponse {
        var headers = ["cookie": cookie]
        headers["origin"] = origin
        headers["sec-fetch-site"] = site
        return try await respond(.post, target, headers: headers, form: form, services: services)
    }
}
