import Database
import Kernel
import QueueAPI
import RPC
import Telemetry
import TestSupport
import Testing

/// A failover without a synchronous standby loses the last participant and its checkpoint. The log in memory still has both.
@Suite struct DrawFailoverTests {
    @Test(arguments: Engine.available) func `a draw of rows that the log does not have signs nothing and alarms`(
        engine: Engine
    ) async throws {
        try await Drawing.with(engine, isClosed: false) { drawing in
            try await drawing.waiting.log()
            try await drawing.loseLastParticipant()
            try await drawing.close()
            try await Self.expectRefusals(of: drawing, because: "RECEIPT_NOT_YET")
            try await drawing.waiting.log()
            try await Self.expectRefusals(of: drawing, because: "LINE_FORKED")
            let metrics = drawing.waiting.service.instances[0].metrics.prometheusText
            #expect(metrics.contains("\nqueue_lines_forked 1\n"))
        }
    }

    @Test(arguments: Engine.available) func `a draw whose last participant is missing signs nothing and alarms`(
        engine: Engine
    ) async throws {
        try await Drawing.with(engine, isClosed: false) { drawing in
            try await drawing.waiting.log()
            try await drawing.close()
            try await drawing.waiting.service.instances[0].database.transaction { [room = drawing.waiting.room] tx in
                try tx.execute("delete from place where room_id = $1 and serial = 5") { $0.bind(room) }
            }
            try await Self.expectRefusals(of: drawing, because: "RECEIPT_NOT_YET")
            try await drawing.waiting.log()
            try await Self.expectRefusals(of: drawing, because: "LINE_FORKED")
        }
    }

    @Test(arguments: Engine.available) func `a receipt of a row that the log does not have is refused`(
        engine: Engine
    ) async throws {
        try await Drawing.with(engine, isClosed: false) { drawing in
            try await drawing.waiting.log()
            let (place, room) = (drawing.places[2], drawing.waiting.room)
            try await drawing.waiting.service.instances[0].database.transaction { tx in
                try tx.executeOne("update place set joined_at = joined_at + 1 where room_id = $1 and serial = 3") {
                    $0.bind(room)
                }
            }
            try await refused("RECEIPT_NOT_YET") { _ = try await drawing.waiting.receipt(.user(2), place) }
            try await drawing.waiting.log()
            try await refused("LINE_FORKED") { _ = try await drawing.waiting.receipt(.user(2), place) }
        }
    }

    @Test func `a draw that waits for the room finds participants that a failover lost meanwhile`() async throws {
        try await Drawing.with(.postgreSQL, isClosed: false) { drawing in
            try await drawing.close()
            try await drawing.waiting.log()
            let room = drawing.waiting.room
            try await HeldRows.with(drawing.waiting.service.instances[0].database) { tx in
                try tx.executeOne("update room set revision = revision where room_id = $1") { $0.bind(room) }
                try Drawing.lose(in: room, tx)
            } while: { rows in
                async let drawn: Void = refused("RECEIPT_NOT_YET") { try await drawing.draw() }
                try await rows.waiting(1)
                rows.release()
                try await drawn
            }
            // The next call finds the row that the log does not have, and the job decides.
            try await Self.expectRefusals(of: drawing, because: "RECEIPT_NOT_YET")
            try await drawing.waiting.log()
            try await Self.expectRefusals(of: drawing, because: "LINE_FORKED")
        }
    }

    private static func expectRefusals(of drawing: Drawing, because reason: String) async throws {
        try await refused(reason) { try await drawing.draw() }
        try await refused(reason) { _ = try await drawing.record() }
        let room = try await drawing.waiting.admin.showRoom(ShowRoomRequest(roomID: drawing.waiting.room)).room
        #expect(room.draw?.state == .drawClosed && room.state == .preQueue)
    }
}
