import Database
import Kernel
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    /// The number of last admissions in the wait percentiles.
    private static let sampleCount = 1000

    func showRoom(_ request: ShowRoomRequest, call: Call) async throws -> ShowRoomReply {
        let id = request.roomID
        return try await database.scan(before: call.deadline) { reader in
            let room = try RoomTable.require(id, reader)
            let places = room.livePlaces(claims: try ClaimTable.counts(in: [id], reader)[id] ?? 0)
            let waits = try Self.waits(in: room, reader).sorted()
            return ShowRoomReply(
                room: .init(room, at: reader.now), joinedCount: room.lastSerial,
                waitingCount: places.waiting, admittedCount: places.admitted, activeCount: places.active,
                finishedCount: room.ended.finished, leftCount: room.ended.left, lapsedCount: room.ended.lapsed,
                revokedCount: room.ended.revoked, noShowCount: room.noShows,
                admittedPerSecondThousandths: room.pace.thousandthsPerSecond(at: reader.now),
                waitP50: Self.value(atOrBelow: 50, of: waits), waitP90: Self.value(atOrBelow: 90, of: waits))
        }
    }

    /// The waits of the last admitted places, in milliseconds.
    private static func waits(in room: Room, _ reader: Reader) throws -> [Int64] {
        guard let numbering = room.draw?.numbering, room.admitted > 0, room.admitted <= numbering.count else {
            return try PlaceTable.waits(in: room.id, upTo: room.admitted, limit: sampleCount, reader)
        }
        let numbers = max(1, room.admitted - Int64(sampleCount) + 1)...room.admitted
        return try PlaceTable.find(serials: numbering.serials(of: numbers), in: room.id, reader).readable.compactMap {
            $0.wait?.milliseconds
        }
    }

    /// The percentile of sorted values. 0 if there are none.
    private static func value(atOrBelow percent: Int, of values: [Int64]) -> Duration {
        .milliseconds(values.isEmpty ? 0 : values[(values.count * percent + 99) / 100 - 1])
    }
}
