import RPC

/// What to type next, where a service's "no" has an obvious answer.
enum Advice {
    static func text(for failure: RPCFailure, of peer: Peer) -> String? {
        if failure.isNotProcessed, failure.code == .unavailable {
            return "Is it running? Say where with \(peer.flag.name)"
        }
        return byReason[failure.reason]
    }

    /// For a wish that was not answered.
    static func text(for repeating: GatewayError.Repeating) -> String {
        switch repeating {
        case .asItIs: "Type it again"
        case .isRemembered: "It may have happened. Type it again: it goes on where it was"
        case .with(let id): "It may have happened. To find out, repeat it with: --request-id \(id)"
        }
    }

    static let closedRoom =
        "Only an operator can sell its dates without it: gateway admin schedule configure --no-room"

    private static let byReason = [
        "CREDENTIAL_EXPIRED": "Type: gateway sign-in NAME",
        "CREDENTIAL_INVALID": "Type: gateway sign-in NAME; operators: gateway admin credential",
        "CREDENTIAL_MISSING": "Type: gateway sign-in NAME; operators: gateway admin credential",
        "PASS_MISSING": "Type: gateway join CONCERT",
        "PLACE_WAITING": "To wait for it, type: gateway place --wait",
        "ALREADY_SOLD": "To do so: gateway cancel",
        "NOT_SOLD": "To give back seats that are not paid for, type: gateway release",
        "SEAT_HELD": "Choose others: gateway seats CONCERT",
        "SEAT_SOLD": "Choose others: gateway seats CONCERT",
        "SEATS_TAKEN": "Choose others: gateway seats CONCERT",
        "SEAT_BLOCKED": "Choose others: gateway seats CONCERT",
        "SEAT_UNKNOWN": "Seats are named as the map shows them: gateway seats CONCERT",
        "GRADE_UNKNOWN": "The legend of the map lists the grades: gateway seats CONCERT",
        "ROOM_CLOSED": closedRoom,
        "ROOM_DRAINING": closedRoom,
        "SCHEDULE_CHANGED": "Type it again",
    ]
}
