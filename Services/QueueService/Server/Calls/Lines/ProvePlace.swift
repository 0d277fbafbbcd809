import Database
import Kernel
import LineLog
import QueueAPI
import QueueDomain
import RPC

extension QueueServer {
    func provePlace(_ request: ProvePlaceRequest, call: Call) async throws -> ProvePlaceReply {
        let user = try call.user
        let (place, room, now) = try await database.read(before: call.deadline) { reader in
            let place = try PlaceTable.require(request.placeID, of: user, in: request.roomID, reader)
            return (place, try RoomTable.require(request.roomID, reader), reader.now)
        }
        let leaf = LineLeaf(
            room: request.roomID, number: place.serial, joinedAt: place.joinedAt, place: place.id)
        let (path, checkpoint) = try checkpoints.logs.read(request.roomID, upTo: place.serial, stored: leaf) {
            tree, checkpoint in
            (tree.path(of: Int(place.serial - 1), at: checkpoint.size), checkpoint)
        }
        let statement = checkpoints.statement(about: place, in: room, leaf, at: now)
        return ProvePlaceReply(receipt: LineReceipt(of: leaf, path: path, in: checkpoint, statement).text)
    }
}

extension PlaceStatement.State {
    init(_ place: Place) {
        self = place.admittedAt != nil ? .admitted : place.state == .waiting ? .waiting : .ended
    }
}
