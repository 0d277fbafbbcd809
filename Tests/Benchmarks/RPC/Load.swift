import Kernel
import RPC
import TestSupport

/// Callers that each have a connection, distributed over the loops.
final class Load: Sendable {
    struct Result {
        var latency = Histogram()
        var seconds = 0.0
    }

    private let loops: Loops
    /// Each client has one connection.
    private let clients: [Client]
    private let inFlight: Int
    private let payload: [UInt8]
    private let rate: Int

    /// `rate` is the number of calls a second. With 0, every caller calls again as soon as it has its reply.
    init(
        to address: Address, on loops: Loops, connections: Int, inFlight: Int, payload: Int, rate: Int,
        keys: String? = nil
    ) throws {
        self.loops = loops
        self.inFlight = inFlight
        self.payload = [UInt8](repeating: 0x61, count: payload)
        self.rate = rate
        let network = try EncryptedNetwork.over(TCP(on: loops), keys: keys)
        clients = loops.all.flatMap { loop in
            let share = (connections + loops.all.count - 1) / loops.all.count
            return (0..<share).map { _ in Client(to: [address], on: Loops(driven: [loop]), network: network) }
        }
    }

    @discardableResult
    func run(for duration: Duration) async throws -> Result {
        let began = Monotonic.now
        let pacer = rate == 0 ? nil : Pacer(rate: rate, from: began, until: began + duration)
        let parts = loops.all.map { CallerGroup(on: $0, until: began + duration, payload: payload, pacer: pacer) }
        let share = clients.count / loops.all.count
        let tasks = clients.indices.flatMap { index in
            (0..<inFlight).map { _ in parts[index / share].start(clients[index]) }
        }
        pacer?.start()
        for task in tasks { try await task.value }
        var result = Result()
        for part in parts { result.latency.add(await part.latency) }
        result.seconds = (Monotonic.now - began) / .seconds(1)
        return result
    }

    func end() async {
        for client in clients { await client.shutdown() }
    }
}

/// The callers of one loop.
private final class CallerGroup: @unchecked Sendable {
    // Safe because only tasks on the loop use `histogram`.

    private let loop: EventLoop
    private let end: Uptime
    private let payload: [UInt8]
    private let pacer: Pacer?
    private var histogram = Histogram()

    init(on loop: EventLoop, until end: Uptime, payload: [UInt8], pacer: Pacer?) {
        self.loop = loop
        self.end = end
        self.payload = payload
        self.pacer = pacer
    }

    var latency: Histogram {
        get async { await Task(executorPreference: loop) { [self] in histogram }.value }
    }

    func start(_ client: Client) -> Task<Void, any Error> {
        Task(executorPreference: loop) { [self] in
            if let pacer { try await callInTime(client, pacer) } else { try await callAtOnce(client) }
        }
    }

    private func callAtOnce(_ client: Client) async throws {
        var began = Monotonic.now
        while began < end {
            _ = try await client.call(EchoMethods.echo, EchoRequest(payload: payload))
            let ended = Monotonic.now
            histogram.record(ended.nanoseconds - began.nanoseconds)
            began = ended
        }
    }

    /// Latency counts from the due time of the call, so that the figures include the calls delayed by a stall.
    private func callInTime(_ client: Client, _ pacer: Pacer) async throws {
        while let due = await pacer.next() {
            _ = try await client.call(EchoMethods.echo, EchoRequest(payload: payload))
            histogram.record(Monotonic.now.nanoseconds - due.nanoseconds)
        }
    }
}
