import ConcertAPI
import Kernel
import RPC
import Telemetry
import TestSupport
import Threads

/// The callers of `HoldsBenchmark`. Each reservation comes from a new user, whose credential and pass are made before
/// the measurement.
struct HoldsCallers {
    /// An upper bound, for the number of prepared requests.
    private static let refusalsPerSecond = 150_000.0
    private static let viewerCount = 64

    let process: ConcertProcess
    let sale: Sale
    /// The seats that `sell` reserves. Nil: all.
    var sold: Range<Int>?

    /// Reserves the first `count` seats, fifty for each user.
    func take(_ count: Int, _ client: Client) async throws {
        for start in stride(from: 0, to: count, by: 50) {
            let user = UserID.make(at: SystemClock().now)
            _ = try await ConcertClient(client).reserveSeats(
                sale.request(Array(start..<start + 50), pass: process.pass(user)), process.program.options(user, .user))
        }
    }

    /// Returns the map of the date.
    func show(_ client: Client) async throws -> ShowSeatsReply {
        let user = UserID.make(at: SystemClock().now)
        return try await ConcertClient(client).showSeats(mapRequest(user), process.program.options(user, .user))
    }

    /// Makes calls for `duration`, or until all seats are taken. Blocks.
    func run(
        _ work: HoldsBenchmark.Work, _ calls: PreparedCalls, for duration: Duration
    ) throws -> PreparedCalls.Result {
        var random = SeededGenerator(seed: 1)
        var calls = calls
        var requests: [PreparedCalls.Request]
        switch work {
        case .sell:
            requests = try (sold ?? 0..<sale.seats).shuffled(using: &random).map { try reservation(of: $0, &random) }
        case .refuse:
            calls.refusal = "SEAT_HELD"
            let count = Int(duration / .seconds(1) * Self.refusalsPerSecond)
            requests = try (0..<count).map { _ in
                try reservation(of: Int.random(in: 0..<HoldsBenchmark.takenSeats, using: &random), &random)
            }
        case .show, .load, .prepare:
            requests = try (0..<Self.viewerCount).map { _ in
                let user = UserID.make(at: SystemClock().now, using: &random)
                return try PreparedCalls.Request(
                    ConcertMethods.showSeats, mapRequest(user), credential: process.program.credential(user, .user))
            }
            return try calls.run(for: duration) { _ in requests.randomElement(using: &random) }
        }
        return try calls.run(for: duration) { _ in requests.popLast() }
    }

    private func mapRequest(_ user: UserID) -> ShowSeatsRequest {
        ShowSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: process.pass(user))
    }

    private func reservation(of seat: Int, _ random: inout SeededGenerator) throws -> PreparedCalls.Request {
        let now = SystemClock().now
        let user = UserID.make(at: now, using: &random)
        return try PreparedCalls.Request(
            ConcertMethods.reserveSeats, sale.request([seat], pass: process.pass(user)),
            credential: process.program.credential(user, .user), requestID: .make(at: now, using: &random))
    }
}
