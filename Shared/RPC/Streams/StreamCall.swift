import Kernel
import Messages

/// The client's end of one stream. Buffers received items, never more than were granted.
final class StreamCall<Request: Message, Item: Message>: PendingCall, @unchecked Sendable {
    // Sound as PendingCall is.

    /// Maximum of items in transit or buffered.
    private static var window: UInt64 { 32 }

    enum Step {
        case item(Item)
        /// The end of the stream: complete, or with a reason to reopen it.
        case end(reason: String)
        case failure(RPCFailure)
    }

    private let loop: EventLoop
    private let request: Request
    private var items: [Item] = []
    private var next = 0
    private var end: Step?
    private var ungranted: UInt64 = 0
    private var waiter: UnsafeContinuation<Step, Never>?

    init(_ method: MethodDescription, _ request: Request, _ attempt: Attempt, on loop: EventLoop) {
        self.loop = loop
        self.request = request
        super.init(method, attempt)
    }

    override var firstCredit: UInt64 { Self.window }

    override func payload(in arena: Arena) throws(MessageError) -> RequestPayload {
        .message(try request.laidOut(in: arena))
    }

    override func take(_ item: UnsafeRawBufferPointer, _ arena: Arena) {
        guard end == nil else { return }
        guard items.count - next < Int(Self.window) else { return giveUp("the peer sent more items than were granted") }
        let read: Item
        do throws(MessageError) {
            defer { arena.reset() }
            read = try Item(decoding: item, in: arena)
        } catch {
            return giveUp("an item of \(method.name) cannot be read: \(error)")
        }
        guard let waiter else { return items.append(read) }
        self.waiter = nil
        didTakeItem()
        waiter.resume(returning: .item(read))
    }

    private func giveUp(_ problem: String) {
        carrier?.abandon(self, RPCFailure(CallReason.malformedReply, problem))
    }

    override func complete(_ outcome: Outcome, _ arena: Arena) {
        switch outcome {
        case .failure(let failure): end = .failure(failure)
        case .reply(_, let reason): end = .end(reason: reason)
        }
        guard let waiter, let end else { return }
        self.waiter = nil
        waiter.resume(returning: end)
    }

    /// The next item or the end of the stream. Call it from a task on the loop.
    func step() async -> Step {
        if next < items.count {
            let item = items[next]
            next += 1
            if next == items.count || next == Int(Self.window) {
                items.removeFirst(next)
                next = 0
            }
            didTakeItem()
            return .item(item)
        }
        if let end { return end }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter = $0 }
        } onCancel: {
            cancel(on: loop)
        }
    }

    /// Grants credit in halves of the window, so that one frame grants many items.
    private func didTakeItem() {
        ungranted += 1
        guard ungranted >= Self.window / 2, end == nil else { return }
        carrier?.grant(ungranted, to: self)
        ungranted = 0
    }
}
