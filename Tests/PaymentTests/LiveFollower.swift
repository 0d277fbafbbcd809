import Database
import Kernel
import RPC
import Service
import TestSupport
import Testing
import Threads

/// Follows the events of a running service over its restarts, as another system does.
final class LiveFollower: Sendable {
    private static let retryPause = Duration.milliseconds(50)

    private let name: Programs.Name
    private let programs: Programs
    private let client: Client
    private let received = Lock<[SaleEvent]>([])

    init(_ name: Programs.Name, of programs: Programs, on loops: Loops) {
        self.name = name
        self.programs = programs
        client = Client(to: [programs.address(of: name)], on: loops)
    }

    /// Continues after the last received event whenever the service was killed, until the task is cancelled.
    func follow() async {
        while !Task.isCancelled {
            let request = WatchEventsRequest(afterSerial: received.withLock { $0.last?.serial ?? 0 })
            let options = CallOptions(credential: TestCaller.service.credential(programs.keys))
            do {
                for try await event in EventsClient(client).watchEvents(request, options) {
                    received.withLock { $0.append(event) }
                }
            } catch {
                let wasKilled = error.isIndefinite || error.isNotProcessed || error.code == .unavailable
                if !wasKilled, !Task.isCancelled { Issue.record(error) }
            }
            try? await SystemClock().sleep(for: Self.retryPause)
        }
        await client.shutdown()
    }

    /// Returns when `count` events of this kind have arrived.
    func receive(_ count: Int, _ kind: SaleEventKind) async throws {
        try await eventually("\(count) events \(kind)") { [self] in
            received.withLock { $0.count { $0.kind == kind } } >= count
        }
    }

    /// Checks promise 15 on the stored and the received events of the killed service.
    func check(
        _ context: ServiceContext, _ kind: SaleEventKind,
        for sold: @escaping @Sendable (Reader) throws -> Set<ReservationID>
    ) async throws {
        let (books, sold) = try await programs.inspect(name, context) { (try EventBooks($0), try sold($0)) }
        var follower = EventFollower(received: received.withLock { $0 })
        try follower.check(books, sold: sold, kind)
    }
}
