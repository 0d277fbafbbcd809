import Kernel
import QueueAPI
import RPC
import Runtime
import TestSupport

/// Streams that each watch one place, all on one event loop, and when each was told that it may come in.
final class PlaceWatchers: @unchecked Sendable {
    // Sound because: what changes is touched on the loop only.

    private let room: [UInt8]
    private let loop: EventLoop
    private var tasks: [Task<Void, Never>] = []
    private var waiting = 0
    private var items = 0
    private var told: [(waiter: Waiter, at: Timestamp)] = []

    init(_ room: [UInt8], on loop: EventLoop) {
        self.room = room
        self.loop = loop
    }

    /// Returns when each has heard where it stands.
    func start(_ line: [Waiter], _ clients: [Client]) async throws {
        for (index, waiter) in line.enumerated() {
            let client = clients[index % clients.count]
            tasks.append(Task(executorPreference: loop) { [self] in await watch(waiter, client) })
        }
        while await onLoop({ $0.waiting }) < line.count { try await SystemClock().sleep(for: .milliseconds(20)) }
    }

    private func watch(_ waiter: Waiter, _ client: Client) async {
        let request = WatchPlaceRequest(roomID: room, placeID: waiter.place)
        var iterator = QueueClient(client).watchPlace(request, waiter.options).makeAsyncIterator()
        var isFirst = true
        while let item = try? await iterator.next() {
            items += 1
            if isFirst { waiting += 1 }
            isFirst = false
            guard item.place?.state == .waiting else {
                told.append((waiter, SystemClock().now))
                return
            }
        }
    }

    var toldSoFar: [(waiter: Waiter, at: Timestamp)] {
        get async { await onLoop { $0.told } }
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
