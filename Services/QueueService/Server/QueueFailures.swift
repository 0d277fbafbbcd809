import Kernel
import QueueDomain
import RPC

/// Maps every refusal to its failure.
extension QueueRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .roomUnknown:
            RPCFailure(.notFound, "ROOM_NOT_FOUND", "room not found: check its name or id")
        case .placeUnknown:
            RPCFailure(.notFound, "PLACE_NOT_FOUND", "you have no such place in this room; join to get one")
        case .nameInvalid:
            RPCFailure(
                .invalidArgument, "NAME_INVALID",
                "name: allowed are 1 to \(RoomName.maximumLength) lower-case letters, digits and hyphens, beginning with a letter"
            )
        case .nameTaken:
            RPCFailure(.alreadyExists, "NAME_TAKEN", "name: another room has or had this name; choose another one")
        case .invalid(let field, let allowed):
            RPCFailure(.invalidArgument, "OUT_OF_RANGE", "\(field): allowed is \(allowed)")
        case .reasonInvalid:
            RPCFailure(
                .invalidArgument, "REASON_INVALID",
                "reason: allowed are \(Place.reasonLengths.lowerBound) to \(Place.reasonLengths.upperBound) characters; "
                    + "the user reads it")
        case .requestIDReused:
            RPCFailure(
                .invalidArgument, "REQUEST_ID_TAKEN", "this request_id was used for another request; create a new one")
        case .roomHasOpened:
            RPCFailure(
                .failedPrecondition, "ROOM_HAS_OPENED", "times: the room has opened, so its times cannot change")
        case .roomScheduled:
            RPCFailure(
                .failedPrecondition, "ROOM_SCHEDULED",
                "users cannot join the room yet: open it first, change its times, or close it")
        case .roomClosed:
            RPCFailure(.failedPrecondition, "ROOM_CLOSED", "the room is closed permanently")
        case .roomDraining:
            RPCFailure(.failedPrecondition, "ROOM_DRAINING", "the room accepts no more users: it is draining")
        case .roomNotJoinable(let opens):
            RPCFailure(
                .failedPrecondition, "ROOM_NOT_OPEN",
                opens.map { "joining starts at \($0)" } ?? "the room is not open yet; try again later")
        case .placeWaiting(let ahead):
            RPCFailure(
                .failedPrecondition, "PLACE_WAITING",
                "it is not your turn yet: \(ahead) \(ahead == 1 ? "person is" : "people are") ahead of you")
        case .placeNotActive:
            RPCFailure(.failedPrecondition, "PLACE_NOT_ACTIVE", "this place is not active, so it has no pass to finish")
        case .placeEnded(let state, let reason):
            RPCFailure(
                .failedPrecondition, "PLACE_\(state)",
                "this place has ended\(reason.isEmpty ? "" : ": " + reason); join again for a new one")
        }
    }
}
