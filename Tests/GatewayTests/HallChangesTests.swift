import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin seats set --dry-run`.
struct HallChangesTests {
    @Test func `a dry run shows new seats, changed prices, and seats that cannot change, and changes nothing`()
        async throws
    {
        let id = ConcertID(high: 1, low: 1)
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [Concert(concertID: id, name: "moon-tour", currency: "EUR")])
            },
            Route(ConcertMethods.listSchedules) { _, _ in
                ListSchedulesReply(schedules: [
                    Schedule(
                        scheduleID: ScheduleID(high: 2, low: 1), concertID: id,
                        settings: ScheduleSettings(name: "friday"))
                ])
            },
            Route(ConcertMethods.showSeats) { _, _ in
                let row = SeatRange(section: "Stalls", row: "1", firstNumber: 1, lastNumber: 6)
                return ShowSeatsReply(
                    blocks: [SeatBlock(seats: row, grade: "A", price: 8900, firstIndex: 0)], sold: [0], currency: "EUR",
                    asOf: .noon)
            },
        ]
        let folder = TemporaryFolder()
        folder.write("Stalls,1,1-4,A,95.00\nStalls,1,5,A,89.00\nStalls,2,1-2,A,95.00\n", to: "hall.csv")
        // There is no route for SetSeats.
        try await StubServices.with(concert: routes) { services in
            let result = await services.gateway("admin seats set moon-tour --hall \(folder.path)/hall.csv --dry-run")
            #expect(result.exit == .done)
            #expect(
                result.output == """
                    SEATS  CHANGE                       BEFORE        AFTER
                        2  new                                        A, 95.00 EUR
                        3  changed                      A, 89.00 EUR  A, 95.00 EUR
                        1  unchanged                    A, 89.00 EUR  A, 89.00 EUR
                        1  kept: held, sold or blocked  A, 89.00 EUR  A, 95.00 EUR
                        1  kept: not in the file        A, 89.00 EUR

                    """)
            #expect(result.errorOutput.contains("Nothing was changed"))
        }
    }
}
