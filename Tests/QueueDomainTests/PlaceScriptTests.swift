import Kernel
import QueueDomain
import TestSupport
import Testing

@Suite struct PlaceScriptTests {
    @Test func `an admitted place lapses at the end of the ready time, not before`() throws {
        try play(
            """
            00:00      alice join   ADMITTED
            00:00      bob   join   WAITING
            00:59.999  alice look   ADMITTED
            00:59.999  bob   look   WAITING 0
            01:00      alice look   LAPSED
            01:00      bob   look   ADMITTED
            01:00      alice renew  PLACE_LAPSED
            """, in: Line(active: 1))
    }

    @Test func `a place can be claimed until the last millisecond of the ready time`() throws {
        try play(
            """
            00:00      alice join   ADMITTED
            00:59.999  alice renew  ACTIVE
            01:30      alice look   ACTIVE
            """, in: Line(active: 1))
    }

    @Test func `a place becomes newer by its claim and by each step`() throws {
        var line = try Line(active: 1)
        let admitted = try line.join(.alice)
        let active = try line.change(.alice) { room, place throws(QueueRefusal) in try room.claim(&place, now: .noon) }
        let left = try line.change(.alice) { room, place in room.leave(&place, now: .noon) }
        let all = [admitted, active, left]
        for (first, one) in all.enumerated() {
            for (second, other) in all.enumerated() { #expect(one.isOlder(than: other) == (first < second)) }
        }
    }

    @Test func `a place past its time is over, even before its room is settled`() throws {
        var line = try Line(active: 1)
        _ = try line.join(.alice)
        func claim(after time: Duration) throws -> Place.State? {
            let now = Timestamp.noon + time
            do throws(QueueRefusal) {
                return try line.change(.alice) { room, place throws(QueueRefusal) in
                    try room.claim(&place, now: now)
                }.state
            } catch {
                guard case .because(.placeLapsed, _) = error else { throw error }
                return .lapsed
            }
        }
        #expect(try claim(after: .seconds(60)) == .lapsed)
        #expect(try claim(after: .seconds(59)) == .active)
        #expect(try claim(after: .seconds(59) + .minutes(5)) == .lapsed)
        #expect(try claim(after: .seconds(58) + .minutes(5)) == .active)
    }

    @Test func `an idle place lapses and frees its slot`() throws {
        try play(
            """
            00:00      alice join   ADMITTED
            00:01      bob   join   WAITING
            00:10      alice renew  ACTIVE
            04:00      alice renew  ACTIVE
            08:59.999  alice look   ACTIVE
            09:00      alice look   LAPSED
            09:00      bob   look   ADMITTED
            """, in: Line(active: 1))
    }

    @Test func `renewing extends a place up to the hard limit`() throws {
        try play(
            """
            00:00      alice join   ADMITTED
            00:00      alice renew  ACTIVE
            04:00      alice renew  ACTIVE
            08:00      alice renew  ACTIVE
            12:00      alice renew  ACTIVE
            14:59.999  alice renew  ACTIVE
            15:00      alice renew  PLACE_LAPSED
            15:00      alice look   LAPSED
            """, in: Line(active: 1))
    }

    @Test func `renewing a waiting place claims nothing`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:01  bob   renew  PLACE_WAITING
            00:01  bob   look   WAITING 0
            """, in: Line(active: 1))
    }

    @Test func `leaving frees place and slot, and joining again starts at the end`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:00  carol join   WAITING
            00:01  alice leave  LEFT
            00:02  bob   look   ADMITTED
            00:02  alice join   WAITING
            00:02  alice look   WAITING 1
            00:03  carol leave  LEFT
            00:04  bob   leave  LEFT
            00:05  alice look   ADMITTED
            00:06  bob   leave  LEFT
            """, in: Line(active: 1))
    }

    @Test func `joining twice returns the same place`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:01  bob   join   WAITING
            00:01  carol join   WAITING
            00:01  carol look   WAITING 1
            00:02  alice join   ADMITTED
            """, in: Line(active: 1))
    }

    @Test func `only an active place can finish, and an ended place does not change`() throws {
        try play(
            """
            00:00  alice join    ADMITTED
            00:00  alice finish  PLACE_NOT_ACTIVE
            00:00  bob   join    WAITING
            00:00  bob   finish  PLACE_NOT_ACTIVE
            00:01  alice renew   ACTIVE
            00:02  alice finish  FINISHED
            00:03  bob   look    ADMITTED
            00:03  alice finish  FINISHED
            00:03  alice leave   FINISHED
            00:03  alice revoke  FINISHED
            00:04  bob   revoke  REVOKED
            00:04  bob   finish  REVOKED
            00:04  bob   renew   PLACE_REVOKED
            """, in: Line(active: 1))
    }

    @Test func `the history of a place contains every step with its time`() throws {
        var line = try Line(active: 1)
        _ = try line.join(.alice)
        line.pass(until: .noon + .seconds(10))
        _ = try line.change(.alice) { room, place throws(QueueRefusal) in
            try room.claim(&place, now: .noon + .seconds(10))
        }
        line.pass(until: .noon + .minutes(6))
        let history = try #require(line.place(of: .alice)).history
        let claimed = Timestamp.noon + .seconds(10)
        let expected: [Place.Event] = [
            Place.Event(.waiting, at: .noon), Place.Event(.admitted, at: .noon), Place.Event(.active, at: claimed),
            Place.Event(.lapsed, at: claimed + .minutes(5), "silent for too long"),
        ]
        #expect(history == expected)
    }
}
