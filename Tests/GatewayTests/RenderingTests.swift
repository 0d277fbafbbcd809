import CommandLine
import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import TestSupport
import Testing

@testable import Gateway

struct RenderingTests {
    private func plan(numbers: ClosedRange<UInt32>, sold: [UInt32] = [], blocked: [UInt32] = []) -> SeatPlan {
        let second = UInt32(numbers.count)
        return SeatPlan(
            ShowSeatsReply(
                blocks: [
                    SeatBlock(
                        seats: SeatRange(
                            section: "Stalls", row: "1", firstNumber: numbers.lowerBound, lastNumber: numbers.upperBound
                        ),
                        grade: "A", price: 8900, firstIndex: 0),
                    SeatBlock(
                        seats: SeatRange(
                            section: "Stalls", row: "2", firstNumber: numbers.lowerBound,
                            lastNumber: numbers.lowerBound + 1),
                        grade: "Aisle", price: 4500, firstIndex: second),
                ], sold: sold, blocked: blocked, currency: "EUR", asOf: .noon))
    }

    @Test func `a table that is too wide for the terminal wraps its widest cells between words`() {
        let rows = [
            ["5db98eb0", "89.00 EUR", "Stalls-1-1"], ["1f860a75", "178.00 EUR", "Stalls-1-1, Stalls-1-2, Stalls-1-3"],
        ]
        let table = Table(["CODE", .right("TOTAL"), .wrapped("SEATS")], rows) { $0 }
        #expect(
            table.text(.plain, columns: 48) == """
                CODE           TOTAL  SEATS
                5db98eb0   89.00 EUR  Stalls-1-1
                1f860a75  178.00 EUR  Stalls-1-1, Stalls-1-2,
                                      Stalls-1-3

                """)
        #expect(table.text(.plain).contains("  Stalls-1-1, Stalls-1-2, Stalls-1-3\n"))
    }

    @Test func `columns are aligned by the cells of the terminal`() {
        let rows = [["달의 여행", "1"], ["Moon 🌙", "2"], ["Cafe\u{301}", "3"]]
        let text = Table(["TITLE", .right("FREE")], rows) { $0 }.text(.plain)
        #expect(
            text == """
                TITLE      FREE
                달의 여행     1
                Moon 🌙       2
                Cafe\u{301}          3

                """)
    }

    @Test func `a table whose words do not fit beside each other shows each cell with its title`() {
        let rows = [["0193e5a0-7a55-7000-8000-000000000001", "", "Mon 30 Nov 2026"]]
        let table = Table(["SESSION", "FROM", "SINCE"], rows + rows) { $0 }
        let record = "SESSION  0193e5a0-7a55-7000-8000-000000000001\nSINCE    Mon 30 Nov 2026\n"
        #expect(table.text(.plain, columns: 45) == "\(record)\n\(record)")
        #expect(table.text(.plain, columns: 80).split(separator: "\n").count == 3)
    }

    @Test func `a seat map shows each seat, and a legend`() {
        let map = SeatMap(plan(numbers: 1...6, sold: [1], blocked: [5, 6]), style: .plain, columns: 80)
        #expect(
            map.text() == """
                Stalls, seats 1 to 6
                    1       5
                 1  A · A A A x
                 2  x I        

                A  A, 89.00 EUR, 4 free
                I  Aisle, 45.00 EUR, 1 free
                ·  taken   x  not for sale

                """)
    }

    @Test(arguments: [20, 40, 80, 200], [10, 60, 100, 5000])
    func `a seat map is never wider than the terminal`(columns: Int, seats: UInt32) {
        let text = SeatMap(plan(numbers: 1...seats, sold: [1, 2]), style: .plain, columns: columns).text()
        let rows = text.split(separator: "\n").filter { $0.hasPrefix(" ") }
        #expect(rows.count == 3)
        for row in rows { #expect(row.count <= columns, "\(row)") }
    }

    @Test(arguments: [
        (80, 1...30, "    1       5         10        15        20        25        30"),
        (40, 1...30, "    1   5    10   15   20   25   30"),
        (40, 101...130, "    101 105  110  115  120  125  130"),
        (24, 1...40, "    1   10   20   30"),
        (44, 1...1000, "    1      200     400     600     800"),
        (80, 8...9, "    8"),
    ])
    func `seat numbers are above their seats`(columns: Int, numbers: ClosedRange<UInt32>, ruler: String) {
        let text = SeatMap(plan(numbers: numbers), style: .plain, columns: columns).text()
        #expect(text.split(separator: "\n").dropFirst().first.map(String.init) == ruler)
    }

    @Test func `a letter for several seats is lower case if some are taken`() {
        let text = SeatMap(plan(numbers: 1...40, sold: [0]), style: .plain, columns: 24).text()
        #expect(text.contains("one letter for 2 seats"))
        #expect(text.contains(" 1  aAAAAAAAAAAAAAAAAAAA\n"))
    }

    @Test func `a plain seat map has no colours`() {
        let plan = plan(numbers: 1...3)
        #expect(SeatMap(plan, style: .coloured, columns: 80).text().contains("\u{1b}[33mA\u{1b}[0m"))
        #expect(!SeatMap(plan, style: .plain, columns: 80).text().contains("\u{1b}"))
    }

    private func place(ahead: Int64, state: RoomState = .open, least: Duration = .zero, most: Duration = .zero) -> Place
    {
        Place(
            roomID: RoomID(high: 1, low: 1), placeID: PlaceID(high: 1, low: 2), state: .waiting, roomState: state,
            serial: 500, peopleAhead: ahead, waitAtLeast: least, waitAtMost: most
        )
    }

    private func bar(_ place: Place, columns: Int = 79, isConnected: Bool = true) -> String {
        let progress = PlaceWatch.Progress(place, initialAhead: 400, isConnected: isConnected)
        return WaitingBar(target: "moon-tour", progress: progress, tick: 0, now: .noon).text(
            columns: columns, style: .plain)
    }

    @Test func `the waiting bar shows the users ahead and the expected wait`() {
        #expect(
            bar(place(ahead: 100, least: .milliseconds(240_000), most: .milliseconds(360_000)))
                == "⠋ moon-tour  ██████████████████████░░░░░░░░  100 ahead, about 4 to 6 min")
        #expect(bar(place(ahead: 0)).hasSuffix("you are next"))
        #expect(bar(place(ahead: 7, state: .paused)).hasSuffix("7 ahead, paused"))
        #expect(bar(place(ahead: 7, state: .preQueue)).hasSuffix("7 ahead, not open yet"))
        var early = place(ahead: 7, state: .preQueue)
        early.opensAt = .noon + .seconds(130)
        #expect(bar(early).hasSuffix("7 ahead, opens in 2 min 10 s"))
        #expect(bar(place(ahead: 7), isConnected: false).hasSuffix("connection lost; your place is kept"))
    }

    @Test(arguments: 20...120)
    func `the waiting bar is never wider than the terminal`(columns: Int) {
        #expect(
            bar(place(ahead: 123_456, least: .milliseconds(100_000), most: .milliseconds(9_000_000)), columns: columns)
                .cells <= columns)
        #expect(bar(place(ahead: 1), columns: columns, isConnected: false).count <= columns)
    }

    @Test func `text is wrapped between words`() {
        #expect("one two three".wrapped(to: 8) == "one two\nthree")
        #expect("one\ntwo three".wrapped(to: 20) == "one\ntwo three")
        #expect("incomprehensible word".wrapped(to: 5) == "incomprehensible\nword")
    }

    @Test func `texts of other users cannot control the terminal`() {
        let table = Table(["TITLE"], ["Moon\u{1b}[2JTour\u{9b}1m\n"]) { [$0] }
        #expect(table.text(.plain) == "TITLE\nMoon?[2JTour?1m?\n")
    }
}
