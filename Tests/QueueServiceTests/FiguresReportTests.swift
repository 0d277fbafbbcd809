import Database
import Kernel
import QueueAPI
import QueueDomain
import Telemetry
import TestSupport
import Testing

@testable import QueueService

/// The metrics of rooms.
@Suite struct FiguresReportTests {
    @Test(arguments: Engine.available)
    func `the metrics show the users of each room, and count admissions and waits`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 2)) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.join(.bob, request: 11)
            for number in 0..<3 { _ = try await waiting.join(.user(number), request: UInt64(20 + number)) }
            _ = try await waiting.renew(.alice, alice)
            try await waiting.service.run("figures")
            let text = waiting.service.instances[0].metrics.prometheusText
            for line in [
                "queue_waiting 3", "queue_admitted 1", "queue_inside 2", "queue_admissions_total 2",
                "queue_wait_seconds_bucket{le=\"1\"} 2", "queue_room_users{room=\"sale\",state=\"waiting\"} 3",
                "queue_room_users{room=\"sale\",state=\"admitted\"} 1",
                "queue_room_users{room=\"sale\",state=\"active\"} 1", "queue_room_no_shows{room=\"sale\"} 0",
            ] {
                #expect(text.contains("\n\(line)\n"), "\(line)")
            }
            // Bob does not come in, and the next user has waited for a minute.
            try await waiting.pass(.seconds(60))
            try await waiting.service.run("figures")
            let later = waiting.service.instances[0].metrics.prometheusText
            for line in [
                "queue_waiting 2", "queue_admissions_total 3", "queue_wait_seconds_bucket{le=\"30\"} 2",
                "queue_wait_seconds_bucket{le=\"60\"} 3", "queue_room_no_shows{room=\"sale\"} 1",
            ] {
                #expect(later.contains("\n\(line)\n"), "\(line)")
            }
        }
    }

    @Test(arguments: Engine.available)
    func `the metrics show more rooms than one statement reads`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            for number in 0..<20 { try await waiting.create("sale-\(number)", request: UInt64(100 + number)) }
            try await waiting.service.run("figures")
            let lines = waiting.service.instances[0].metrics.prometheusText.split(separator: "\n")
            #expect(lines.count { $0.hasPrefix("queue_room_no_shows{") } == 21)
        }
    }

    @Test func `a new instance counts what an older version did not count`() async throws {
        try await Waiting.with(.postgreSQL, instances: 2, limits: RoomLimits(activeLimit: 3)) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            for number in 0..<3 { _ = try await waiting.join(.user(number), request: UInt64(20 + number)) }
            _ = try await waiting.renew(.alice, alice)
            _ = try await waiting.renew(.bob, bob)
            _ = try await waiting.leave(.bob, bob)
            func counts() async throws -> (room: QueueDomain.Room, claims: Int64?) {
                try await waiting.service.instances[1].database.read { reader in
                    (
                        try RoomTable.require(waiting.room, reader),
                        try ClaimTable.counts(in: [waiting.room], reader)[waiting.room]
                    )
                }
            }
            let before = try await counts()
            let database = waiting.service.instances[0].database
            try await database.transaction { tx in
                try tx.execute("update room set waiting = 0, ended_left = 0, ended_active = 0")
                try tx.execute("delete from room_claims")
                try tx.execute("insert into room_claims (room_id, part, claims) select room_id, 3, 1 from room")
            }
            let seen = try #require(try await database.scan { try ClaimTable.uncounted(in: waiting.room, $0) })
            try await waiting.service.instances[1].run("figures")
            let after = try await counts()
            #expect(before.claims == 2 && before.room.ended.left == 1 && before.room.waiting > 0)
            #expect(after == before)
            let isCorrectedAgain = try await database.transaction { try ClaimTable.add(seen, in: waiting.room, $0) }
            #expect(!isCorrectedAgain, "an instance that counted at the same time")
        }
    }

    @Test(arguments: Engine.available)
    func `a closed room has no metrics of its own`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            _ = try await waiting.join(.alice, request: 10)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            try await waiting.service.run("figures")
            #expect(!waiting.service.instances[0].metrics.prometheusText.contains("queue_room_users{"))
        }
    }
}
