import Kernel
import QueueDomain
import RPC

/// The only place where refusals become answers.
extension QueueRefusal: Refusal {
    package var failure: RPCFailure {
        switch self {
        case .roomNotFound:
            RPCFailure(.notFound, "ROOM_NOT_FOUND", "there is no such room")
        case .placeNotFound:
            RPCFailure(.notFound, "PLACE_NOT_FOUND", "there is no such place in this room; join to get one")
        case .nameInvalid:
            RPCFailure(
                .invalidArgument, "NAME_INVALID",
                "name: allowed are 1 to \(RoomName.maximumLength) lower-case letters, digits and hyphens, a letter first"
            )
        case .nameTaken:
            RPCFailure(.alreadyExists, "NAME_TAKEN", "another room has this name; choose one that was never used")
        case .outOfRange(let field, let allowed):
            RPCFailure(.invalidArgument, "OUT_OF_RANGE", "\(field): allowed is \(allowed)")
        case .reasonInvalid:
            RPCFailure(
                .invalidArgument, "REASON_INVALID",
                "reason: allowed are \(Place.reasonLengths.lowerBound) to \(Place.reasonLengths.upperBound) characters; "
                    + "the user is shown them")
        case .requestIDTaken:
            RPCFailure(
                .invalidArgument, "REQUEST_ID_TAKEN", "this request_id was used for another wish; make a new one")
        case .roomHasOpened:
            RPCFailure(
                .failedPrecondition, "ROOM_HAS_OPENED", "the room has opened, so its times do not change any more")
        case .roomScheduled:
            RPCFailure(
                .failedPrecondition, "ROOM_SCHEDULED",
                "nobody may join the room yet: open it first, change its times, or close it")
        case .roomClosed:
            RPCFailure(.failedPrecondition, "ROOM_CLOSED", "the room is closed for good")
        case .roomDraining:
            RPCFailure(.failedPrecondition, "ROOM_DRAINING", "nobody joins this room any more")
        case .roomNotJoinable(let opens):
            RPCFailure(
                .failedPrecondition, "ROOM_NOT_OPEN",
                opens.map { "one may join from \($0) on" } ?? "the room is not open yet; try again later")
        case .placeWaiting(let ahead):
            RPCFailure(
                .failedPrecondition, "PLACE_WAITING",
                "it is not your turn yet: \(ahead) \(ahead == 1 ? "is" : "are") before you")
        case .placeNotActive:
            RPCFailure(.failedPrecondition, "PLACE_NOT_ACTIVE", "this place has no pass, so none can be finished")
        case .placeEnded(let state, let reason):
            RPCFailure(
                .failedPrecondition, "PLACE_\(state)",
                "this place has ended\(reason.isEmpty ? "" : ": " + reason); join again for a new one")
        }
    }
}
