import ConcertAPI
import Kernel
import RPC
import Runtime
import TestSupport

/// Those who reserve, all on one event loop. Each call that reserves is a user's first, with a credential and a pass of
/// his own.
final class HoldsCallers: @unchecked Sendable {
    // Sound because: what changes is touched on the loop only.

    private let process: ConcertProcess
    private let sale: Sale
    private let loop: EventLoop
    private let duration: Duration
    private var latency = Histogram()
    private var random = SeededGenerator(seed: 1)
    private var next = 0
    /// Every seat once, in random order.
    private let order: [Int]
    private var end = Uptime(nanoseconds: 0)

    init(_ process: ConcertProcess, _ sale: Sale, on loop: EventLoop, until duration: Duration) {
        self.process = process
        self.sale = sale
        self.loop = loop
        self.duration = duration
        var random = SeededGenerator(seed: 2)
        order = (0..<sale.seats).shuffled(using: &random)
    }

    /// Takes the first seats, fifty for each user.
    func take(_ count: Int, _ client: Client) async throws {
        for start in stride(from: 0, to: count, by: 50) {
            let user = UserID.make(at: SystemClock().now)
            _ = try await ConcertClient(client).reserveSeats(
                sale.wish(Array(start..<start + 50), pass: process.pass(user)), options(user))
        }
    }

    func showOnce(_ client: Client) async throws {
        let user = UserID.make(at: SystemClock().now)
        _ = try await show(client, user)
    }

    func run(
        _ work: HoldsBenchmark.Work, _ clients: [Client], inFlight: Int
    ) async throws -> (latency: Histogram, seconds: Double) {
        let began = Monotonic.now
        end = began + duration
        let tasks = clients.flatMap { client in
            (0..<inFlight).map { _ in
                Task(executorPreference: loop) { [self] in
                    switch work {
                    case .sell: try await sell(client)
                    case .refuse: try await beRefused(client)
                    default: try await look(client)
                    }
                }
            }
        }
        for task in tasks { try await task.value }
        let ended = min(Monotonic.now, end)
        return (await Task(executorPreference: loop) { [self] in latency }.value, (ended - began) / .seconds(1))
    }

    private func sell(_ client: Client) async throws {
        while next < order.count {
            let seat = order[next]
            next += 1
            let user = newUser()
            let began = Monotonic.now
            guard began < end else { return }
            _ = try await ConcertClient(client).reserveSeats(
                sale.wish([seat], pass: process.pass(user)), options(user))
            note(began)
        }
        end = min(end, Monotonic.now)
    }

    private func beRefused(_ client: Client) async throws {
        while true {
            let user = newUser()
            let began = Monotonic.now
            guard began < end else { return }
            do {
                _ = try await ConcertClient(client).reserveSeats(
                    sale.wish([Int.random(in: 0..<1000, using: &random)], pass: process.pass(user)), options(user))
                throw BenchmarkError("a seat that is taken was reserved")
            } catch let failure as RPCFailure {
                guard failure.reason == "SEAT_HELD" else { throw failure }
            }
            note(began)
        }
    }

    private func look(_ client: Client) async throws {
        let user = newUser()
        while true {
            let began = Monotonic.now
            guard began < end else { return }
            let map = try await show(client, user)
            guard map.held.count == 500 else { throw BenchmarkError("the map has \(map.held.count) seats held") }
            note(began)
        }
    }

    private func show(_ client: Client, _ user: UserID) async throws -> ShowSeatsReply {
        try await ConcertClient(client).showSeats(
            ShowSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: process.pass(user)),
            options(user))
    }

    private func note(_ began: Uptime) {
        latency.record(Monotonic.now.nanoseconds - began.nanoseconds)
    }

    private func newUser() -> UserID {
        UserID.make(at: SystemClock().now, using: &random)
    }

    private func options(_ user: UserID) -> CallOptions { process.program.options(user, .user) }
}
