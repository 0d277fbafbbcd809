import ConcertAPI
import Kernel
import RPC
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// The gate, before a concert service whose answers are lost.
struct CheckInTests {
    /// Lets everybody in; its first answers are lost.
    private func scan(
        _ input: String, _ words: [String] = [], losing lost: Int
    ) async throws -> (outcome: TestSupport.Command.Outcome, ids: [RequestID]) {
        let folder = TemporaryFolder()
        let user = UserID(high: 1, low: 1)
        try Home(["XDG_CONFIG_HOME": folder.path]).keep(
            KeptCredential(
                name: "carol", role: .operator, user: user, expiry: SystemClock().now + .hours(24), bytes: [1]))
        let caller = Caller(user: user, role: .operator, expires: .noon + .hours(24))
        let hooks = ServerHooks(verify: { _ throws(RPCFailure) in Verified(caller, remaining: .hours(24)) })
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
        let loops = Loops(count: 1)
        let server = Server([ServedService(ConcertMethods.service, [route])], on: loops, hooks: hooks)
        let address = try server.listen(on: .loopback(0))
        let environment = [
            "XDG_CONFIG_HOME=\(folder.path)", "ONSALE_CONCERT=\(address)", "TZ=UTC", "PATH=/usr/bin:/bin",
        ]
        let outcome = try await onThread {
            Command.run(
                ["sh", "-c", "printf %s \"$1\" | (shift; exec \"$@\") 2>&1", "sh", input, "env", "-i"] + environment
                    + [ChildProcess.path(of: "gateway"), "admin", "check-in"] + words)
        }
        await server.shutdown()
        loops.stop()
        return (outcome, ids.withLock { $0 })
    }

    @Test func `a code that is scanned again because its answer was lost is the same check-in`() async throws {
        let (outcome, ids) = try await scan("CODE\nCODE\nCODE\n", losing: 1)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("the answer was lost. Scan it again"))
        #expect(outcome.output.contains("Welcome: seat A-1-7, grade A, moon-tour/friday"))
        try #require(ids.count == 3)
        #expect(ids[0] == ids[1])
        #expect(ids[1] != ids[2])
    }

    @Test func `a code that got no answer to the end is not known to be let in`() async throws {
        let (outcome, _) = try await scan("CODE\n", losing: 9)
        #expect(outcome.status == GatewayExit.indefinite.rawValue)
        #expect(outcome.output.contains("1 got no answer"))
    }

    @Test func `a code on the command line is tried again by its request id`() async throws {
        let (outcome, ids) = try await scan("", ["CODE"], losing: 9)
        #expect(outcome.status == GatewayExit.indefinite.rawValue)
        let id = try #require(ids.first)
        #expect(outcome.output.contains("repeat it with: --request-id \(id)"))
        let (_, again) = try await scan("", ["CODE", "--request-id", "\(id)"], losing: 0)
        #expect(again == [id])
    }

    @Test func `a request id goes with one code`() async throws {
        let (outcome, ids) = try await scan("CODE\n", ["--request-id", "\(RequestID(high: 1, low: 1))"], losing: 0)
        #expect(outcome.status == GatewayExit.usage.rawValue)
        #expect(outcome.output.contains("--request-id goes with CODE"))
        #expect(ids.isEmpty)
    }
}
