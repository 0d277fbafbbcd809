import ConcertAPI
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// The gate, before a concert service whose answers are lost.
struct CheckInTests {
    /// Lets everybody in; its first answers are lost.
    private func scan(
        _ codes: [String], _ words: String = "", losing lost: Int
    ) async throws -> (typed: Typed, ids: [RequestID]) {
        let ids = Mutex<[RequestID]>([])
        let route = Route(ConcertMethods.checkIn) { _, call in
            let count = try ids.withLock {
                $0.append(try call.requestID)
                return $0.count
            }
            guard count > lost else { throw RPCFailure(.unknown, "LOST", "the answer was lost").indefinite }
            return CheckInReply(
                ticket: TicketEntry(state: .used, seat: "A-1-7", grade: "A"), concertName: "moon-tour",
                scheduleName: "friday")
        }
        var typed: Typed?
        try await Scripted.with(concert: [route]) { services in
            typed = await services.gateway("admin check-in \(words)", input: codes)
        }
        return (try #require(typed), ids.withLock { $0 })
    }

    @Test func `a code that is scanned again because its answer was lost is the same check-in`() async throws {
        let (typed, ids) = try await scan(["CODE", "CODE", "CODE"], losing: 1)
        #expect(typed.exit == .done, "\(typed)")
        #expect(typed.output.contains("the answer was lost. Scan it again"))
        #expect(typed.output.contains("Welcome: seat A-1-7, grade A, moon-tour/friday"))
        try #require(ids.count == 3)
        #expect(ids[0] == ids[1])
        #expect(ids[1] != ids[2])
    }

    @Test func `blanks in a code that is scanned again change nothing`() async throws {
        let (typed, ids) = try await scan(["CODE", " CO DE\t"], losing: 1)
        #expect(typed.exit == .done, "\(typed)")
        try #require(ids.count == 2)
        #expect(ids[0] == ids[1])
    }

    @Test func `a code that got no answer to the end is not known to be let in`() async throws {
        let (typed, _) = try await scan(["CODE"], losing: 9)
        #expect(typed.exit == .indefinite)
        #expect(typed.complaint.contains("1 got no answer"))
    }

    @Test func `a code on the command line is tried again by its request id`() async throws {
        let (typed, ids) = try await scan([], "CODE", losing: 9)
        #expect(typed.exit == .indefinite)
        let id = try #require(ids.first)
        #expect(typed.complaint.contains("repeat it with: --request-id \(id)"))
        let (_, again) = try await scan([], "CODE --request-id \(id)", losing: 0)
        #expect(again == [id])
    }

    @Test func `a request id goes with one code`() async throws {
        let (typed, ids) = try await scan(["CODE"], "--request-id \(RequestID(high: 1, low: 1))", losing: 0)
        #expect(typed.exit == .usage)
        #expect(typed.complaint.contains("--request-id goes with CODE"))
        #expect(ids.isEmpty)
    }
}
