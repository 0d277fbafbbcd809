import CZlib
import Encoding
import Identity
import Journeys
import Kernel
import QueueAPI
import QueueService
import RPC
import Telemetry
import TestSupport
import Threads

@testable import GatewayWeb

/// The handlers of the edge without HTTP, and a QueueService that they call.
struct TestEdge: Sendable {
    static let client = Address(host: "203.0.113.7", port: 50_312)

    let router: Router
    let queue: TestService

    /// `namesClients` sends the addresses of buyers. With `isEdge`, the edge has its certificate.
    static func with<Value: Sendable>(
        namesClients: Bool = false, isEdge: Bool = false, _ body: @Sendable (TestEdge) async throws -> Value
    ) async throws -> Value {
        try await TestService.with(.queue, on: .memory) { queue in
            let context = isEdge ? try queue.keys.context(.client, of: .edge) : nil
            return try await with([queue.instances[0].address], context, namesClients: namesClients) { router in
                try await body(TestEdge(router: router, queue: queue))
            }
        }
    }

    /// An edge whose services are at `addresses`.
    static func with<Value: Sendable>(
        _ addresses: [Address], _ context: TLSContext? = nil, namesClients: Bool = false,
        _ body: (Router) async throws -> Value
    ) async throws -> Value {
        let connections = Connections(
            agent: "test", on: Loops(count: 1), addresses: { _ in addresses },
            network: { TLSNetwork(over: $1, client: context) })
        let clock = SystemClock()
        let site = Site(
            connections: connections, clock: clock, log: Log(level: .error, clock: clock) { print($0, terminator: "") },
            origin: "http://127.0.0.1:7080", callTimeout: .seconds(10), namesClients: namesClients)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(Router(site))) } catch { outcome = .failure(error) }
        await connections.close()
        return try outcome.get()
    }

    /// The id of a new room with the name spring.
    func room() async throws -> RoomID {
        let options = CallOptions(requestID: .numbered(1))
        return try await QueueClient(queue.client(of: .operator)).createRoom(CreateRoomRequest(name: "spring"), options)
            .room.roomID
    }

    func headers(of caller: TestCaller) -> [String: String] {
        ["authorization": "Bearer \(Base64.text(of: caller.credential(queue.keys)))"]
    }

    func post(_ method: String, _ json: String, _ headers: [String: String] = [:]) async -> HTTPResponse {
        await call("POST", method, headers.merging(["content-type": "application/json"]) { $1 }, body: Array(json.utf8))
    }

    func get(_ target: String) async -> HTTPResponse { await call("GET", target, [:], body: []) }

    func call(
        _ method: String, _ target: String, _ headers: [String: String], body: [UInt8]
    ) async -> HTTPResponse {
        await respond(method, "/onsale.queue.v1.Queue/\(target)", headers, body)
    }

    func respond(_ method: String, _ target: String, _ headers: [String: String], _ body: [UInt8]) async -> HTTPResponse
    {
        let fields = HTTPFields(headers.map { HTTPFields.Field(name: $0.key, value: $0.value) })
        guard
            let request = HTTPRequest(
                HTTPMethod(method), target, headers: fields, body: body, client: Self.client, isSecure: false)
        else { return .text(400, "no request") }
        return await router.respond(to: request)
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Makes files in the gzip format.
enum GZipBytes {
    struct Problem: Error {}

    static func of(_ content: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        let memory = Int32(8)
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(
                &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
                == Z_OK
        else { throw Problem() }
        defer { deflateEnd(&stream) }
        var (input, output) = (content, [UInt8](repeating: 0, count: content.count / 2 + 1024))
        let count = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output -> Int? in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? output.count - Int(stream.avail_out) : nil
            }
        }
        guard let count else { throw Problem() }
        return Array(output.prefix(count))
    }
}
