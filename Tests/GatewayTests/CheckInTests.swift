import ConcertAPI
import Journeys
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin check-in` with a concert service whose first answers are lost.
struct CheckInTests {
    /// Runs the command. The service accepts every code, and loses its first `lost` answers.
    private func scan(
        _ codes: [String], _ words: String = "", losing lost: Int
    ) async throws -> (result: CommandResult, ids: [RequestID]) {
        let ids = Mutex<[RequestID]>([])
        let route = Route(ConcertMethods.checkIn) { _, call in
            let count = try ids.withLock {
                $0.append(try call.requestID)
                return $0.count
            }
            guard count > lost else { throw RPCFailure(.unknown, "LOST", "the answer was lost").indefinite }
            return CheckInReply(
                ticket: Ticket(state: .used, seat: "A-1-7", grade: "A"), concertName: "moon-tour",
                scheduleName: "friday")
        }
        var result: CommandResult?
        try await StubServices.with(concert: [route]) { services in
            result = await services.gateway("admin check-in \(words)", input: codes)
        }
        return (try #require(result), ids.withLock { $0 })
    }

    @Test func `a second scan after a lost answer repeats the same check-in`() async throws {
        let (result, ids) = try await scan(["CODE", "CODE", "CODE"], losing: 1)
        #expect(result.exit == .done, "\(result)")
        #expect(result.output.contains("the answer was lost. Scan it again"))
        #expect(result.output.contains("Checked in: seat A-1-7, grade A, moon-tour/friday"))
        try #require(ids.count == 3)
        #expect(ids[0] == ids[1])
        #expect(ids[1] != ids[2])
    }

    @Test func `blanks in a scanned code do not change the code`() async throws {
        let (result, ids) = try await scan(["CODE", " CO DE\t"], losing: 1)
        #expect(result.exit == .done, "\(result)")
        try #require(ids.count == 2)
        #expect(ids[0] == ids[1])
    }

    @Test func `a code without any answer makes the outcome indefinite`() async throws {
        let (result, _) = try await scan(["CODE"], losing: 9)
        #expect(result.exit == .indefinite)
        #expect(result.errorOutput.contains("codes without an answer: 1"))
    }

    @Test func `a code on the command line is repeated by its request id`() async throws {
        let (result, ids) = try await scan([], "CODE", losing: 9)
        #expect(result.exit == .indefinite)
        let id = try #require(ids.first)
        #expect(result.errorOutput.contains("repeat the command with: --request-id \(id)"))
        let (_, again) = try await scan([], "CODE --request-id \(id)", losing: 0)
        #expect(again == [id])
    }

    @Test func `a check-in after an undo shows the first use and the reason`() async throws {
        let route = Route(ConcertMethods.checkIn) { _, _ in
            var ticket = Ticket(state: .used, seat: "A-1-7", grade: "A")
            ticket.firstUsedAt = .noon
            ticket.undoneAt = .noon + .minutes(1)
            ticket.undoReason = "wrong\nentrance"
            return CheckInReply(ticket: ticket, concertName: "moon-tour", scheduleName: "friday")
        }
        try await StubServices.with(concert: [route]) { services in
            let result = await services.gateway("admin check-in CODE")
            #expect(result.exit == .done)
            #expect(result.output.contains("Used before on "))
            #expect(result.output.contains(": wrong?entrance"))
        }
    }

    @Test func `a request id needs a code on the command line`() async throws {
        let (result, ids) = try await scan(["CODE"], "--request-id \(RequestID(high: 1, low: 1))", losing: 0)
        #expect(result.exit == .usage)
        #expect(result.errorOutput.contains("--request-id needs CODE"))
        #expect(ids.isEmpty)
    }
}
