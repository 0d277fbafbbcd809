import ConcertAPI
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// Times of a concert whose venue is in Seoul, for users elsewhere.
struct VenueZoneTests {
    private func run(_ line: String) async throws -> (result: CommandResult, added: ScheduleSettings?) {
        let added = Mutex<ScheduleSettings?>(nil)
        let id = ConcertID(high: 1, low: 1)
        @Sendable func schedule(_ settings: ScheduleSettings) -> Schedule {
            Schedule(scheduleID: ScheduleID(high: 2, low: 1), concertID: id, settings: settings)
        }
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [
                    Concert(concertID: id, name: "moon-tour", currency: "EUR", zone: "Asia/Seoul")
                ])
            },
            Route(ConcertMethods.listSchedules) { _, _ in
                ListSchedulesReply(schedules: [
                    schedule(ScheduleSettings(name: "friday", startsAt: .noon, endsAt: .noon + .hours(3)))
                ])
            },
            Route(ConcertMethods.addSchedule) { request, _ in
                added.withLock { $0 = request.settings }
                return AddScheduleReply(schedule: schedule(request.settings))
            },
            Route(ConcertMethods.checkIn) { request, _ in
                if request.code == "EARLY" {
                    throw RPCFailure(ConcertReason.checkInClosed, "check-in opens at \(Timestamp.noon)")
                }
                var ticket = Ticket(state: .used, seat: "A-1-7", grade: "A")
                ticket.startsAt = .noon
                return CheckInReply(ticket: ticket, concertName: "moon-tour", scheduleName: "friday")
            },
        ]
        var result: CommandResult?
        try await StubServices.with(concert: routes) { result = await $0.gateway(line) }
        return (try #require(result), added.withLock { $0 })
    }

    @Test func `dates are shown in the zone of the venue, and the gateway says so`() async throws {
        let (result, _) = try await run("dates moon-tour --columns date,begins")
        #expect(result.output.contains("21:00 KST"), "\(result)")
        #expect(result.errorOutput.contains("The times are those of the venue: Asia/Seoul."))
        let (other, _) = try await run("dates moon-tour --columns date,begins --zone UTC")
        #expect(other.output.contains("12:00 UTC"), "\(other)")
    }

    @Test func `a time without a zone is one of the venue`() async throws {
        let (result, added) = try await run(
            "admin schedule add moon-tour/friday --starts 2037-04-02T20:00 --ends 2037-04-02T23:00Z")
        #expect(added?.startsAt?.description == "2037-04-02T11:00:00.000Z", "\(result)")
        #expect(added?.endsAt?.description == "2037-04-02T23:00:00.000Z")
        #expect(result.output.contains("starts          Thu 2 Apr 2037 20:00 KST"))
    }

    @Test func `a gate shows times in the zone of its venue`() async throws {
        let (accepted, _) = try await run("admin check-in CODE --date moon-tour/friday")
        #expect(accepted.output.contains("21:00 KST"), "\(accepted)")
        let (refused, _) = try await run("admin check-in EARLY --date moon-tour/friday")
        #expect(refused.exit == .refused && refused.errorOutput.contains("21:00 KST"), "\(refused)")
    }

    @Test(arguments: ["Nowhere/Town", "+09:00", "KST"])
    func `a venue needs the name of a zone`(zone: String) async {
        let result = await gateway("admin", "concert", "create", "moon-tour", "--venue-zone", zone)
        #expect(result.exit == .usage && result.errorOutput.contains("such as Europe/Berlin"))
    }
}
