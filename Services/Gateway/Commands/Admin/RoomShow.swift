import Kernel
import QueueAPI

enum RoomShow {
    static let command = Command(
        "admin room show", "Shows a waiting room: its settings, the number of places per state, and waiting times.",
        calls: [.queue], caller: .operator, operands: [AdminRoom.name], flags: [CommonFlags.zone],
        examples: ["gateway admin room show summer-sale", "gateway admin room show summer-sale --json"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let room = try await AdminRoom.find(run)
        let reply = try await run.call(QueueMethods.showRoom, ShowRoomRequest(roomID: room.roomID))
        let report = RoomReport(room: reply.room ?? room)
        let counts: [(name: String, count: Int64)] = [
            ("joined", reply.joinedCount), ("waiting", reply.waitingCount), ("admitted", reply.admittedCount),
            ("active", reply.activeCount), ("finished", reply.finishedCount), ("left", reply.leftCount),
            ("lapsed", reply.lapsedCount), ("revoked", reply.revokedCount), ("noShow", reply.noShowCount),
        ]
        guard case .object(let members) = report.json else { return }
        let figures: [(name: String, value: JSON)] =
            counts.map { ($0.name, .count($0.count)) } + [
                ("admittedPerSecondThousandths", .count(reply.admittedPerSecondThousandths)),
                ("waitP50Ms", .count(reply.waitP50Ms)), ("waitP90Ms", .count(reply.waitP90Ms)),
            ]
        let thousandths = "\(reply.admittedPerSecondThousandths % 1000 + 1000)".dropFirst()
        run.show(
            .object(members + figures),
            """
            \(report.text(run.localTime))

              joined    \(reply.joinedCount)
              waiting   \(reply.waitingCount)
              admitted  \(reply.admittedCount)
              active    \(reply.activeCount)
              finished  \(reply.finishedCount)
              left      \(reply.leftCount)
              lapsed    \(reply.lapsedCount), including \(reply.noShowCount) that never entered
              revoked   \(reply.revokedCount)
              rate      \(reply.admittedPerSecondThousandths / 1000).\(thousandths) per second in the last minute
              waits     50 % up to \(DisplayTime.text(.milliseconds(reply.waitP50Ms))), 90 % up to \
            \(DisplayTime.text(.milliseconds(reply.waitP90Ms)))
            """)
    }
}
