import ConcertAPI
import ConcertDomain
import Kernel
import TestSupport
import Testing

/// The rules that the contract has for one field, and the domain for the same value in another form.
struct ContractRuleTests {
    @Test(arguments: [0, 1, 2, 99_998, 99_999, 100_000] as [UInt32])
    func `a number of a seat has the same bounds in a range and in a name`(number: UInt32) throws {
        let range = SeatRange(firstNumber: number, lastNumber: number)
        #expect(try range.isAllowedByContract() == (SeatLabel("7-\(number)") != nil))
    }

    @Test(arguments: ["fog", "fo\u{200d}g", "fo\tg", "fo\u{202e}g", "fog\u{1b}[2J", "fo\u{ad}g", " fog"])
    func `no text that people read controls the screen or the direction of text`(text: String) throws {
        let isPlain = text == "fog" || text == "fo\u{200d}g"
        let ids = (concert: ConcertID(high: 1, low: 1), schedule: ScheduleID(high: 1, low: 1))
        let seats = SeatRange(firstNumber: 1, lastNumber: 1)
        let tour = CreateConcertRequest(name: "tour", title: "Tour", host: "Host", currency: "EUR")
        var (title, host) = (tour, tour)
        (title.title, host.host) = (text, text)
        for isAllowed in [
            try title.isAllowedByContract(), try host.isAllowedByContract(),
            try SeatRange(section: text, row: "1", firstNumber: 1, lastNumber: 1).isAllowedByContract(),
            try SeatRange(row: text, firstNumber: 1, lastNumber: 1).isAllowedByContract(),
            try SeatOffer(seats: seats, grade: text).isAllowedByContract(),
            try BlockSeatsRequest(concertID: ids.concert, scheduleID: ids.schedule, seats: [seats], reason: text)
                .isAllowedByContract(),
            try CancelReservationRequest(
                concertID: ids.concert, reservationID: ReservationID(high: 1, low: 1), reason: text
            ).isAllowedByContract(),
            try CheckInRequest(gate: text).isAllowedByContract(),
        ] { #expect(isAllowed == isPlain) }
    }

    @Test(arguments: [0, 1, 2, 49, 50, 51])
    func `a user can name as many seats as the service chooses at most`(count: Int) throws {
        let best = BestSeats(count: UInt32(count), grade: "A")
        let isAllowedByDomain = (try? SeatChoice(names: (0..<count).map { "7-\($0 + 1)" })) != nil
        #expect(try best.isAllowedByContract() == isAllowedByDomain)
    }
}
