import Kernel
import Messages

/// The items of a stream. Throws if the stream ends with a failure.
///
/// After a lost connection, a server shutdown or the time limit, it opens the stream again, and the reader sees a pause.
/// A `SequentialRequest` then continues after the last item. Any other request is sent again, because streams of a
/// watched state begin with the current one.
package struct ItemStream<Request: Message, Item: Message>: AsyncSequence, Sendable {
    package typealias Element = Item
    package typealias Failure = RPCFailure

    let client: Client
    let method: MethodDescription
    let request: Request
    let options: CallOptions

    package func makeAsyncIterator() -> ItemReader<Request, Item> { ItemReader(self) }
}

/// Reads and reopens a stream on one loop. Ends the stream when it is released.
package final class ItemReader<Request: Message, Item: Message>: AsyncIteratorProtocol, @unchecked Sendable {
    // Sound because `lane` and `stream` never change, and only one task on the lane's loop accesses the rest.

    /// The pause before reopening a stream that ended without an item.
    private static var pauseAfterNothing: Duration { .milliseconds(100) }

    private let stream: ItemStream<Request, Item>
    private let lane: ClientLane
    private let isSequential: Bool
    /// The last item of a sequential request.
    private var last: Item?
    private var call: StreamCall<Request, Item>?
    private var failuresInARow: UInt32 = 0
    private var isOver = false
    /// True if an item arrived since the stream was opened.
    private var hasItems = false

    init(_ stream: ItemStream<Request, Item>) {
        self.stream = stream
        lane = stream.client.laneHere
        isSequential = stream.request is any SequentialRequest
    }

    deinit {
        call?.cancel(on: lane.loop)
    }

    package func next(isolation actor: isolated (any Actor)?) async throws(RPCFailure) -> Item? {
        try await next()
    }

    package func next() async throws(RPCFailure) -> Item? {
        if lane.loop.runsCurrentTask { return try await nextHere() }
        return try await lane.loop.perform { () async throws(RPCFailure) in try await self.nextHere() }
    }

    private func nextHere() async throws(RPCFailure) -> Item? {
        while !isOver {
            let call = call ?? open()
            switch await call.step() {
            case .item(let item):
                hasItems = true
                failuresInARow = 0
                if isSequential { last = item }
                return item
            case .end(let reason):
                self.call = nil
                isOver = !StreamEnd.reopen.contains(reason)
                if !isOver, !hasItems { _ = await lane.loop.pause(for: Self.pauseAfterNothing) }
            case .failure(let failure):
                self.call = nil
                failuresInARow += 1
                guard await lane.mayOpenAgain(stream.method, after: failure, attempt: failuresInARow) else {
                    isOver = true
                    throw failure
                }
            }
        }
        return nil
    }

    private func open() -> StreamCall<Request, Item> {
        let attempt = lane.streamAttempt(failuresInARow, stream.options)
        let request = last.flatMap { stream.request.continued(after: $0) } ?? stream.request
        let call = StreamCall<Request, Item>(stream.method, request, attempt, on: lane.loop)
        self.call = call
        hasItems = false
        lane.start(call)
        return call
    }
}
