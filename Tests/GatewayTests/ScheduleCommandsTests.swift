import ConcertAPI
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin schedule configure`.
struct ScheduleCommandsTests {
    /// The settings that the command sends, and its output. The date is at noon on 2 January 2026 (UTC) and lasts 3 hours.
    private func configure(_ words: String) async throws -> (settings: ScheduleSettings, result: CommandResult) {
        let sent = Mutex<ScheduleSettings?>(nil)
        let id = ConcertID(high: 1, low: 1)
        let start = Timestamp(milliseconds: 1_767_355_200_000)
        @Sendable func schedule(_ settings: ScheduleSettings) -> Schedule {
            Schedule(scheduleID: ScheduleID(high: 2, low: 1), concertID: id, settings: settings, version: 7)
        }
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour", currency: "EUR")])
            },
            Route(ConcertMethods.listSchedules) { _, _ in
                ListSchedulesReply(schedules: [
                    schedule(
                        ScheduleSettings(
                            name: "friday", startsAt: start, endsAt: start + .hours(3), saleOpensAt: start - .hours(99),
                            saleClosesAt: start, cancelUntil: start - .hours(24), seatsPerUser: 4, hold: .minutes(5)))
                ])
            },
            Route(ConcertMethods.configureSchedule) { request, _ in
                sent.withLock { $0 = request.settings }
                return ConfigureScheduleReply(schedule: schedule(request.settings))
            },
        ]
        var result: CommandResult?
        try await StubServices.with(concert: routes) { services in
            result = await services.gateway("admin schedule configure moon-tour \(words)")
        }
        return (try #require(sent.withLock { $0 }), try #require(result))
    }

    @Test func `a moved start moves the end, the end of the sale and the deadline for returns`() async throws {
        let (settings, result) = try await configure("--starts 2026-01-09T20:00")
        #expect(
            result.output == """
                Changed moon-tour/friday.
                  starts          Fri 9 Jan 2026 20:00 UTC
                  ends            Fri 9 Jan 2026 23:00 UTC
                  on sale         Mon 29 Dec 2025 09:00 UTC to Fri 9 Jan 2026 20:00 UTC
                  returns until   Thu 8 Jan 2026 20:00 UTC
                  seats per user  4
                  hold            5 min
                """)
        #expect(settings.saleClosesAt == settings.startsAt)
    }

    @Test func `times that are given do not move`() async throws {
        let (settings, _) = try await configure(
            "--starts 2026-01-09T20:00 --ends 2026-01-09T22:00 --sale-closes 2026-01-09T12:00 --cancel-until 2026-01-01T12:00"
        )
        #expect(settings.endsAt?.description == "2026-01-09T22:00:00.000Z")
        #expect(settings.saleClosesAt?.description == "2026-01-09T12:00:00.000Z")
        #expect(settings.cancelUntil?.description == "2026-01-01T12:00:00.000Z")
    }

    @Test func `a moved date shows its settings, and whether its buyers can return their tickets`() async throws {
        let id = ConcertID(high: 1, low: 1)
        let start = Timestamp(milliseconds: 1_767_355_200_000)
        @Sendable func date(_ start: Timestamp, _ returnUntil: Timestamp? = nil) -> Schedule {
            Schedule(
                scheduleID: ScheduleID(high: 2, low: 1), concertID: id,
                settings: ScheduleSettings(
                    name: "friday", startsAt: start, endsAt: start + .hours(3), saleOpensAt: start - .hours(99),
                    saleClosesAt: start, seatsPerUser: 4, hold: .minutes(5)), version: 7,
                returnUntil: returnUntil)
        }
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour", currency: "EUR")])
            },
            Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply(schedules: [date(start)]) },
            Route(ConcertMethods.moveDate) { request, _ in
                MoveDateReply(schedule: date(request.startsAt, request.returnUntil))
            },
        ]
        try await StubServices.with(concert: routes) { services in
            let line = "admin schedule move moon-tour --starts 2026-01-09T12:00 --reason storm --yes"
            let settings = """
                Moved moon-tour/friday.
                  starts          Fri 9 Jan 2026 12:00 UTC
                  ends            Fri 9 Jan 2026 15:00 UTC
                  on sale         Mon 5 Jan 2026 09:00 UTC to Fri 9 Jan 2026 12:00 UTC
                  returns until   never
                  seats per user  4
                  hold            5 min
                """
            #expect(await services.gateway(line).output == settings)
            let full = "\n  full refund     until Thu 8 Jan 2026 12:00 UTC"
            #expect(await services.gateway("\(line) --return-until 2026-01-08T12:00").output == settings + full)
        }
    }

    @Test func `without a start, nothing moves`() async throws {
        let (settings, _) = try await configure("--seats-per-user 2")
        #expect(settings.startsAt?.description == "2026-01-02T12:00:00.000Z" && settings.seatsPerUser == 2)
    }
}
