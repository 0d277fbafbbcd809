import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads

/// Watches one place per stream, all on one event loop, and records when each admission arrived.
final class PlaceWatchers: @unchecked Sendable {
    // Safe because only tasks on the loop use the mutable state.

    private let room: RoomID
    private let loop: EventLoop
    private var tasks: [Task<Void, Never>] = []
    private var waiting = 0
    private var items = 0
    private var admissions: [(waiter: Waiter, at: Timestamp)] = []

    init(_ room: RoomID, on loop: EventLoop) {
        self.room = room
        self.loop = loop
    }

    /// Starts the streams. Returns when each has received its first item.
    func start(_ line: [Waiter], _ clients: [Client]) async throws {
        for (index, waiter) in line.enumerated() {
            let client = clients[index % clients.count]
            tasks.append(Task(executorPreference: loop) { [self] in await watch(waiter, client) })
        }
        while await onLoop({ $0.waiting }) < line.count { try await SystemClock().sleep(for: .milliseconds(20)) }
    }

    private func watch(_ waiter: Waiter, _ client: Client) async {
        let request = WatchPlaceRequest(roomID: room, placeID: waiter.place)
        let iterator = QueueClient(client).watchPlace(request, waiter.options).makeAsyncIterator()
        var isFirst = true
        while let item = try? await iterator.next() {
            items += 1
            if isFirst { waiting += 1 }
            isFirst = false
            guard item.place.state == .waiting else {
                admissions.append((waiter, SystemClock().now))
                return
            }
        }
    }

    var receivedAdmissions: [(waiter: Waiter, at: Timestamp)] {
        get async { await onLoop { $0.admissions } }
    }

    var itemCount: Int {
        get async { await onLoop { $0.items } }
    }

    func end() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (PlaceWatchers) -> Value) async -> Value {
        await Task(executorPreference: loop) { [self] in body(self) }.value
    }
}
