import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@testable import Gateway

/// The texts of services in the words of a user.
struct ServiceTextTests {
    private static let concert = Concert(
        concertID: ConcertID(high: 1, low: 1), name: "moon-tour", title: "Moon", host: "Records", currency: "EUR")
    private static let start = Timestamp(milliseconds: 1_798_761_600_000)
    private static let date = Schedule(
        scheduleID: ScheduleID(high: 2, low: 1), concertID: concert.concertID,
        settings: ScheduleSettings(
            name: "friday", startsAt: start, endsAt: start + .hours(3), saleOpensAt: .noon, saleClosesAt: start,
            cancelUntil: start), version: 1)

    /// The result of a command for a concert with one date, whose service answers with `failure`.
    private func run(_ line: String, _ failure: RPCFailure) async throws -> CommandResult {
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in ListConcertsReply(concerts: [Self.concert]) },
            Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply(schedules: [Self.date]) },
            Route(ConcertMethods.setReturnPolicy) { _, _ in throw failure },
            Route(ConcertMethods.configureSchedule) { _, _ in throw failure },
            Route(ConcertMethods.checkIn) { _, _ in throw failure },
        ]
        var result: CommandResult?
        try await StubServices.with(concert: routes) { result = await $0.gateway(line) }
        return try #require(result)
    }

    @Test func `times in a refusal are shown in the zone of the user, and in UTC in JSON`() async throws {
        let used = RPCFailure(.failedPrecondition, "TICKET_USED", "the ticket was used at 2026-12-31T19:04:05.678Z")
        let shown = try await run("admin check-in ABC --zone Europe/Berlin", used)
        #expect(shown.errorOutput == "gateway: the ticket was used at Thu 31 Dec 2026 20:04 CET")
        #expect(try await run("admin check-in ABC --json", used).errorOutput.contains("2026-12-31T19:04:05.678Z"))
    }

    @Test(arguments: [
        ("ends_at_ms", "must be after starts_at_ms, and both must be set", "--ends must be after --starts, and both"),
        ("sale_closes_at_ms", "must be after sale_opens_at_ms", "--sale-closes must be after --sale-opens"),
        ("cancel_until_ms", "must not be late", "--cancel-until must not be late"),
    ])
    func `a refusal names options, not fields`(field: String, rule: String, text: String) async throws {
        let failure = RPCFailure.invalid(field, rule)
        let result = try await run("admin schedule configure moon-tour --hold 3m", failure)
        #expect(result.errorOutput.hasPrefix("gateway: \(text)"), "\(result.errorOutput)")
    }

    @Test(arguments: [
        ("cancel_until_ms", "--until must be earlier"),
        ("steps.kept_percent", "PERCENT in --keep must be earlier"),
        ("steps", "--keep must be earlier"),
    ])
    func `a refusal of a return policy names the options of its command`(field: String, text: String) async throws {
        let failure = RPCFailure.invalid(field, "must be earlier")
        let result = try await run("admin schedule returns moon-tour --keep 30:10", failure)
        #expect(result.errorOutput == "gateway: \(text)")
    }
}
