import Kernel
import RPC
import TestSupport
import Threads

/// Tasks on one loop that each read a stream to its end.
final class StreamReaders: @unchecked Sendable {
    // Safe because only tasks on the loop use the counts, and only the owner of the readers uses `tasks`.

    private let loop: EventLoop
    private var tasks: [Task<Void, Never>] = []
    private var items = 0
    private var readersWithItems = 0
    private var started = 0

    init(on loop: EventLoop) {
        self.loop = loop
    }

    func start(_ client: Client, limit: UInt64) {
        tasks.append(Task(executorPreference: loop) { [self] in await read(client, limit: limit) })
    }

    private func read(_ client: Client, limit: UInt64) async {
        let iterator = client.open(EchoMethods.count, CountRequest(limit: limit)).makeAsyncIterator()
        started += 1
        guard (try? await iterator.next()) != nil else { return }
        readersWithItems += 1
        items += 1
        while !Task.isCancelled, (try? await iterator.next()) != nil { items += 1 }
    }

    var itemCount: Int {
        get async { await onLoop { $0.items } }
    }

    func wait(forFirstItems count: Int) async throws {
        while await onLoop({ $0.readersWithItems }) < count { try await SystemClock().sleep(for: .milliseconds(10)) }
    }

    func haveStarted(_ count: Int) async {
        while await onLoop({ $0.started }) < count {}
    }

    func end() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (StreamReaders) -> Value) async -> Value {
        await Task(executorPreference: loop) { [self] in body(self) }.value
    }
}
