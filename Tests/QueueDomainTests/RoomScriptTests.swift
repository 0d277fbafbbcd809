import Kernel
import QueueDomain
import TestSupport
import Testing

@Suite struct RoomScriptTests {
    @Test func `a room opens by itself at its time`() throws {
        try play(
            """
            00:59.999  room  look   scheduled
            00:59.999  alice join   ROOM_NOT_OPEN
            01:00      room  look   preQueue
            01:00      alice join   WAITING
            01:59.999  alice look   WAITING 0
            02:00      room  look   open
            02:00      alice look   ADMITTED
            """, in: Line(active: 1, joins: .minutes(1), opens: .minutes(2), isOpen: false))
    }

    @Test func `a room without times waits for its operator`() throws {
        try play(
            """
            00:00  alice join   ROOM_NOT_OPEN
            59:00  room  look   scheduled
            59:00  room  open   open
            59:00  alice join   ADMITTED
            """, in: Line(active: 1, isOpen: false))
    }

    @Test func `a draining room does not close while a user waits for the rate`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:00  alice leave  LEFT
            00:00  room  drain  draining
            00:03  bob   look   ADMITTED
            00:04  bob   leave  LEFT
            00:05  room  look   closed
            """, in: Line(rate: 1))
    }

    @Test func `a room that has not begun can be neither paused nor drained`() throws {
        try play(
            """
            00:00  room  pause  ROOM_SCHEDULED
            00:00  room  drain  ROOM_SCHEDULED
            01:00  room  pause  paused
            """, in: Line(active: 1, joins: .minutes(1), isOpen: false))
    }

    @Test func `a paused room accepts joins and renewals but admits no user`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:01  room  pause  paused
            00:02  bob   join   WAITING
            00:03  alice renew  ACTIVE
            00:04  alice leave  LEFT
            00:09  bob   look   WAITING 0
            00:10  room  open   open
            00:10  bob   look   ADMITTED
            """, in: Line(active: 1))
    }

    @Test func `a draining room serves its line and closes after the last user`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:01  room  drain  draining
            00:02  carol join   ROOM_DRAINING
            00:02  bob   join   WAITING
            00:03  alice leave  LEFT
            00:04  bob   look   ADMITTED
            00:04  bob   renew  ACTIVE
            00:05  room  look   draining
            00:06  bob   finish FINISHED
            00:07  room  look   closed
            00:07  room  open   ROOM_CLOSED
            """, in: Line(active: 1))
    }

    @Test func `a closed room revokes every place`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  alice renew  ACTIVE
            00:00  bob   join   WAITING
            00:01  room  close  closed
            00:01  alice look   REVOKED
            00:01  bob   look   REVOKED
            00:01  alice renew  PLACE_REVOKED
            00:01  carol join   ROOM_CLOSED
            """, in: Line(active: 1))
    }

    @Test func `limits change while the room is open`() throws {
        try play(
            """
            00:00  alice join   ADMITTED
            00:00  bob   join   WAITING
            00:00  carol join   WAITING
            00:01  room  limit  open
            00:01  bob   look   ADMITTED
            00:01  carol look   WAITING 0
            """, in: Line(active: 1))
    }

    @Test func `a room without limits admits at once`() throws {
        var line = try Line()
        for number in 0..<1200 { #expect(try line.join(UserID(high: 5, low: UInt64(number))).state == .admitted) }
    }

    @Test func `a user who joins does not pass a user who waits`() throws {
        var line = try Line(active: 1)
        _ = try line.join(.alice)
        _ = try line.join(.bob)
        _ = try line.change(.alice) { room, place in room.leave(&place, now: .noon) }
        #expect(line.room.nextPlace(PlaceID(high: 3, low: 1), of: .alice, now: .noon).state == .waiting)
    }

    @Test func `the limit bounds the users who are admitted with their join`() throws {
        var line = try Line(active: 3)
        _ = try line.join(.alice)
        let next = (0..<4).map {
            line.room.nextPlace(PlaceID(high: 3, low: UInt64($0)), of: .bob, after: Int64($0), now: .noon)
        }
        #expect(next.map(\.state) == [.admitted, .admitted, .waiting, .waiting])
        line.room.append(next, now: .noon)
        #expect(line.room.occupied == 3 && line.room.admitted == 3 && line.room.lastSerial == 5)
    }

    @Test func `times cannot change after a room has opened`() throws {
        var line = try Line(opens: .minutes(1), isOpen: false)
        let later = try Room.Times(opens: .noon + .minutes(2))
        try line.room.configure(limits: nil, times: later, now: .noon)
        #expect(line.room.phase(at: .noon + .minutes(1)) == .scheduled)
        #expect(throws: QueueRefusal.because(.roomHasOpened)) {
            try line.room.configure(limits: nil, times: try Room.Times(), now: .noon + .minutes(2))
        }
    }

    @Test func `limits and times that contradict each other are refused`() {
        for make in [
            { _ = try Room.Limits(idle: .minutes(10), hard: .minutes(9)) },
            { _ = try Room.Limits(hard: .hours(25)) }, { _ = try Room.Times(joins: .noon, opens: .noon - .seconds(1)) },
        ] as [() throws -> Void] {
            let refusal = #expect(throws: QueueRefusal.self) { try make() }
            guard case .invalid(let field, let allowed)? = refusal else {
                Issue.record("\(refusal as Any)")
                continue
            }
            #expect(field.contains(".") && !allowed.isEmpty)
        }
    }

    @Test(arguments: ["", "1st", "Sale", "a_b", "a b", String(repeating: "a", count: 65), "ü"])
    func `an invalid name is refused`(name: String) {
        #expect(throws: QueueRefusal.self) { try RoomName(name) }
    }

    @Test(arguments: ["a", "sale-2026", String(repeating: "a", count: 64)])
    func `a valid name is accepted`(name: String) throws {
        #expect(try RoomName(name).text == name)
    }
}
