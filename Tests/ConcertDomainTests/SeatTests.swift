import ConcertDomain
import Kernel
import TestSupport
import Testing

@Suite struct SeatTests {
    private static let seat = SeatLabel(section: "A", row: "1", number: 7)

    /// Plays a script of one seat. Each line is: time, user, step, expected result.
    private func play(_ script: String) throws {
        var seat = Seat(Self.seat, grade: "A", price: 4500)
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let now = try Timestamp(scripted: words[0])
            let reservation = ReservationID(high: 1, low: UInt64(words[1].utf8.first ?? 0))
            let before = seat
            var result = "ok"
            switch (words[2], seat.claim(at: now)) {
            case ("hold", .free): seat.hold(for: reservation, until: now + .minutes(5), now: now)
            case ("sell", .held(reservation, _)): seat.sell(to: reservation)
            case ("free", .held(reservation, _)), ("free", .sold(reservation)): seat.free(from: reservation)
            case ("block", .free): seat.block(reason: "camera", now: now)
            case ("unblock", .blocked): seat.unblock()
            case (_, let claim): result = SeatConflict(seat.label, claim).description
            }
            #expect(result == words.dropFirst(3).joined(separator: " "), "\(line)")
            if result != "ok" { #expect(seat == before, "\(line)") }
        }
    }

    @Test func `a hold ends at its deadline, not before and not after it`() throws {
        try play(
            """
            00:00.000 alice hold ok
            00:00.001 bob hold seat A-1-7 is held
            04:59.999 bob hold seat A-1-7 is held
            04:59.999 alice sell ok
            05:00.000 bob hold seat A-1-7 is sold
            """)
    }

    @Test func `from its deadline on, a hold is no claim, and another user can hold the seat`() throws {
        try play(
            """
            00:00.000 alice hold ok
            05:00.000 alice sell seat A-1-7 is free
            05:00.000 bob hold ok
            05:00.001 alice sell seat A-1-7 is held
            05:00.001 alice free seat A-1-7 is held
            09:59.999 bob sell ok
            """)
    }

    @Test func `a freed seat can be held again`() throws {
        try play(
            """
            00:00.000 alice hold ok
            00:01.000 alice free ok
            00:01.000 bob hold ok
            00:02.000 bob sell ok
            00:03.000 alice free seat A-1-7 is sold
            00:04.000 bob free ok
            00:04.000 alice hold ok
            """)
    }

    @Test func `only a free seat can be blocked, and a blocked seat cannot be held`() throws {
        try play(
            """
            00:00.000 admin block ok
            00:01.000 alice hold seat A-1-7 is not for sale: camera
            00:02.000 admin unblock ok
            00:03.000 alice hold ok
            00:04.000 admin block seat A-1-7 is held
            05:03.000 admin block ok
            """)
    }

    @Test func `a hold past its deadline still has its reservation`() {
        let holder = ReservationID(high: 1, low: 1)
        let seat = Seat(Self.seat, grade: "A", price: 1, claim: .held(by: holder, until: .noon))
        #expect(seat.lapsedHolder(at: .noon - .milliseconds(1)) == nil)
        #expect(seat.lapsedHolder(at: .noon) == holder)
    }
}

struct BadScript: Error {
    let word: String
}

extension Timestamp {
    /// Parses a time after noon, such as `04:59.999`.
    init(scripted word: String) throws {
        let parts = word.split(whereSeparator: { $0 == ":" || $0 == "." }).map { Int64($0) }
        guard parts.count == 3, let minutes = parts[0], let seconds = parts[1], let milliseconds = parts[2] else {
            throw BadScript(word: word)
        }
        self = .noon + .minutes(minutes) + .seconds(seconds) + .milliseconds(milliseconds)
    }
}
