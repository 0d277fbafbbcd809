import Kernel

/// The part of a client on one event loop: its connections, and the calls that wait for one.
final class ClientLane: @unchecked Sendable {
    // Sound because `loop` and `settings` never change, and only the loop accesses the rest.

    /// The time that a nested call leaves its outer call to answer.
    private static let nestedMargin = Duration.milliseconds(5)

    let loop: EventLoop
    let settings: ClientSettings
    private var peers: [ClientPeer] = []
    private var retries = RetryPolicy()
    private var random: SeededGenerator
    /// Calls that wait for a connection with room, in order.
    private let waiting: WaitingCalls
    /// The callbacks of the shutdown. Nil before it begins.
    private var shutdownWaiters: [@Sendable () -> Void]?

    init(to addresses: [Address], on loop: EventLoop, network: any Network, settings: ClientSettings, seed: UInt64) {
        self.loop = loop
        self.settings = settings
        waiting = WaitingCalls(on: loop)
        random = SeededGenerator(seed: seed)
        peers = addresses.map { ClientPeer($0, of: self, network: network) }
    }

    /// Makes the call and retries it if that is safe and likely to succeed.
    func perform(_ call: AwaitedCall, _ options: CallOptions) async throws(RPCFailure) {
        var options = options
        let deadline = complete(&options)
        retries.callBegins()
        var number: UInt32 = 0
        var mayHaveTakenEffect = false
        while true {
            if Task.isCancelled, !mayHaveTakenEffect { throw .cancelledBeforeSending(call.method) }
            let attempt = Attempt(number: number, deadline: deadline, options: options)
            guard let failure = await call.make(attempt, on: self) else { return }
            number += 1
            let remaining = deadline - loop.uptime
            let pause = retries.pause(
                after: failure, of: call.method, attempt: number, remaining: remaining, random: &random)
            mayHaveTakenEffect = mayHaveTakenEffect || failure.isIndefinite
            guard let pause, await loop.pause(for: pause) else {
                throw mayHaveTakenEffect ? failure.indefinite : failure
            }
        }
    }

    /// The attempt that opens a stream, first or again. A stream has no deadline unless the options set one.
    func streamAttempt(_ number: UInt32, _ options: CallOptions) -> Attempt {
        var options = options
        let deadline = complete(&options)
        retries.callBegins()
        return Attempt(number: number, deadline: options.timeout == nil ? .never : deadline, options: options)
    }

    /// Waits for the back-off before a stream is reopened. False if the failure is final.
    func mayOpenAgain(_ method: MethodDescription, after failure: RPCFailure, attempt number: UInt32) async -> Bool {
        let pause = retries.pause(
            after: failure, of: method, attempt: number, remaining: settings.longestConnectionWait, random: &random)
        guard let pause else { return false }
        return await loop.pause(for: pause)
    }

    /// Fills in the missing options and returns the deadline.
    private func complete(_ options: inout CallOptions) -> Uptime {
        precondition(loop.isCurrent, "a lane belongs to its loop")
        let own = loop.uptime + (options.timeout ?? settings.limits.defaultTimeout)
        if options.credential == nil, !settings.credential.isEmpty { options.credential = settings.credential }
        guard let outer = Call.current else { return own }
        outer.leavesTraces()
        if options.requestID == nil { options.requestID = outer.requestIDIfAny }
        if options.trace == nil { options.trace = outer.trace?.next(span: random.next()) }
        return min(own, outer.deadline + (.zero - Self.nestedMargin))
    }

    // MARK: Connections

    func start(_ call: PendingCall) {
        precondition(loop.isCurrent, "a lane belongs to its loop")
        if let problem = problem(with: call) { return call.end(.failure(problem.notProcessed()), on: loop) }
        if let connection = leastBusy(for: call.method) { return connection.begin(call) }
        guard waiting.count < settings.limits.inFlight else {
            return call.end(.failure(.tooManyWaiting(settings.limits.inFlight, settings.limits.retryAfter)), on: loop)
        }
        waiting.add(call)
        for peer in peers { peer.connect() }
    }

    private func problem(with call: PendingCall) -> RPCFailure? {
        if shutdownWaiters != nil { return RPCFailure(CallReason.clientShutDown, "this client has been shut down") }
        if call.attempt.deadline <= loop.uptime {
            return RPCFailure(
                CallReason.deadlineExceeded, "the deadline of \(call.method.name) passed before it was sent")
        }
        return nil
    }

    /// The connection with room and the fewest calls in flight.
    private func leastBusy(for method: MethodDescription) -> ClientConnection? {
        var best: ClientConnection?
        for peer in peers {
            guard let connection = peer.ready else {
                peer.connect()
                continue
            }
            guard connection.hasRoom || method.isStream else { continue }
            if best == nil || connection.load < best!.load { best = connection }
        }
        return best
    }

    /// Starts waiting calls on a new connection. Calls without room keep waiting.
    func isReady() {
        for call in waiting.takeAll() { start(call) }
    }

    /// Starts waiting calls after a connection may have got room.
    @inline(__always)
    func mayHaveRoom() {
        if waiting.count > 0 { beginWaiting() }
    }

    private func beginWaiting() {
        while let call = waiting.first, let connection = leastBusy(for: call.method) {
            waiting.remove(call)
            connection.begin(call)
        }
    }

    /// Handles a failed attempt to connect. Fails the calls whose wait ends before the next attempt.
    func couldNotConnect(_ error: ConnectError) {
        waiting.problem = "\(error)"
        let backOffEnds = peers.map(\.backOffEnds)
        guard let next = backOffEnds.compactMap({ $0 }).min(), !backOffEnds.contains(nil) else { return }
        for call in waiting.take(waitingFor: settings.longestConnectionWait, at: next) {
            call.end(.failure(.cannotConnect(error)), on: loop)
        }
    }

    /// True if an unreachable peer should be tried again.
    var needsConnection: Bool { shutdownWaiters == nil && waiting.count > 0 }

    func pause(_ backoff: Backoff, after number: Int) -> Duration {
        backoff.pause(after: number, shorterBy: 0.5, using: &random)
    }

    // MARK: The end

    func shutdown() async {
        await withCheckedContinuation { continuation in beginShutdown { continuation.resume() } }
    }

    /// Starts the shutdown, from any thread and repeatedly. Calls `then` when everything is closed.
    func beginShutdown(then: @escaping @Sendable () -> Void) {
        loop.execute { [self] in
            shutdownWaiters = (shutdownWaiters ?? []) + [then]
            for call in waiting.takeAll() { start(call) }
            for peer in peers { peer.close() }
            endShutdownIfClosed()
        }
    }

    func endShutdownIfClosed() {
        guard let waiters = shutdownWaiters, peers.allSatisfy(\.isClosed) else { return }
        peers = []
        shutdownWaiters = []
        for then in waiters { then() }
    }
}

/// Calls that wait for a connection.
private final class WaitingCalls: CallCarrier {
    private struct Waiting {
        let since: Uptime
        let call: PendingCall
    }

    private let loop: EventLoop
    /// Waiting calls by a growing number. None below `oldest` remains.
    private var calls: [UInt64: Waiting] = [:]
    private var oldest: UInt64 = 0
    private var next: UInt64 = 0
    /// The last problem while connecting, if known.
    var problem: String?

    init(on loop: EventLoop) {
        self.loop = loop
    }

    var count: Int { calls.count }

    func add(_ call: PendingCall) {
        calls[next] = Waiting(since: loop.uptime, call: call)
        next += 1
        call.isCarried(by: self, as: next - 1, on: loop)
    }

    /// The call that has waited longest.
    var first: PendingCall? {
        while oldest < next {
            if let waiting = calls[oldest] { return waiting.call }
            oldest += 1
        }
        return nil
    }

    func remove(_ call: PendingCall) {
        calls[call.id] = nil
    }

    func takeAll() -> [PendingCall] {
        problem = nil
        return take { _ in true }
    }

    /// Removes and returns the calls that will have waited for `duration` at `time`.
    func take(waitingFor duration: Duration, at time: Uptime) -> [PendingCall] {
        take { time - $0.since >= duration }
    }

    private func take(where isDue: (Waiting) -> Bool) -> [PendingCall] {
        let taken = calls.values.filter(isDue).map(\.call).sorted { $0.id < $1.id }
        for call in taken { remove(call) }
        return taken
    }

    func abandon(_ call: PendingCall, _ failure: RPCFailure) {
        remove(call)
        var failure = failure.notProcessed()
        if let problem { failure.message += "; \(problem)" }
        call.end(.failure(failure), on: loop)
    }

    func grant(_ credit: UInt64, to call: PendingCall) {}
}

extension RPCFailure {
    fileprivate static func cannotConnect(_ error: ConnectError) -> RPCFailure {
        RPCFailure(CallReason.cannotConnect, "\(error)").notProcessed()
    }

    fileprivate static func cancelledBeforeSending(_ method: MethodDescription) -> RPCFailure {
        RPCFailure(CallReason.cancelled, "\(method.name) was cancelled before it was sent").notProcessed()
    }

    fileprivate static func tooManyWaiting(_ limit: Int, _ retryAfter: Duration) -> RPCFailure {
        RPCFailure(CallReason.tooManyCalls, "\(limit) calls of this client wait for room on a connection")
            .notProcessed(retryAfter: retryAfter)
    }
}
