import ConcertDomain
import Kernel
import TestSupport
import Testing

@Suite struct SeatTests {
    private static let seat = SeatLabel(section: "A", row: "1", number: 7)

    /// A script of one seat: who does what when, and how the seat answers.
    private func play(_ script: String) throws {
        var seat = Seat(Self.seat, grade: "A", price: 4500)
        for line in script.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let now = try Timestamp(scripted: words[0])
            let who = ReservationID(high: 1, low: UInt64(words[1].utf8.first ?? 0))
            let before = seat
            var answer = "ok"
            switch (words[2], seat.claim(at: now)) {
            case ("hold", .free): seat.hold(for: who, until: now + .minutes(5), now: now)
            case ("sell", .held(who, _)): seat.sell(to: who)
            case ("free", .held(who, _)), ("free", .sold(who)): seat.free(from: who)
            case ("block", .free): seat.block(reason: "camera", now: now)
            case ("unblock", .blocked): seat.unblock()
            case (_, let claim): answer = SeatConflict(seat.label, claim).description
            }
            #expect(answer == words.dropFirst(3).joined(separator: " "), "\(line)")
            if answer != "ok" { #expect(seat == before, "\(line)") }
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

    @Test func `from its deadline on a hold is no claim, and somebody else may have the seat`() throws {
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

    @Test func `what is given back can be had by the next`() throws {
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

    @Test func `a blocked seat is not for sale, and only a free seat is blocked`() throws {
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

    @Test func `a hold past its deadline still tells whose it was`() {
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
    /// `04:59.999`, counted from noon.
    init(scripted word: String) throws {
        let parts = word.split(whereSeparator: { $0 == ":" || $0 == "." }).map { Int64($0) }
        guard parts.count == 3, let minutes = parts[0], let seconds = parts[1], let milliseconds = parts[2] else {
            throw BadScript(word: word)
        }
        self = .noon + .minutes(minutes) + .seconds(seconds) + .milliseconds(milliseconds)
    }
}
