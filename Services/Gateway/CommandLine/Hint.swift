import CommandLine
import Journeys
import RPC

/// The next step after a failure of a service.
enum Hint {
    /// Nil if no hint fits the failure.
    static func text(for failure: RPCFailure, of service: Service) -> String? {
        if failure.isNotProcessed, failure.code == .unavailable {
            return "Check that it runs, and give its address with \(service.option.flag)"
        }
        return byReason[failure.reason]
    }

    /// The hint after a request that got no answer.
    static func text(for retry: GatewayError.Retry) -> String {
        switch retry {
        case .sameCommand: "Repeat the command"
        case .recorded: "The request may have taken effect. Repeat the command: it continues the same request"
        case .withID(let id):
            "The request may have taken effect. To find out, repeat the command with: --request-id \(id)"
        }
    }

    static let closedRoom =
        "An operator can sell its dates without a waiting room: gateway admin schedule configure --no-room"

    private static let byReason = [
        "CREDENTIAL_EXPIRED": "Type: gateway sign-in NAME",
        "CREDENTIAL_INVALID": "Type: gateway sign-in NAME; operators: gateway admin credential",
        "CREDENTIAL_MISSING": "Type: gateway sign-in NAME; operators: gateway admin credential",
        "PASS_MISSING": "Type: gateway join CONCERT",
        "PLACE_WAITING": "To wait for your turn, type: gateway place --wait",
        "ALREADY_SOLD": "To return seats that you paid for, type: gateway cancel",
        "NOT_SOLD": "To release seats that you did not pay for, type: gateway release",
        "SEAT_HELD": chooseOtherSeats,
        "SEAT_SOLD": chooseOtherSeats,
        "SEATS_TAKEN": chooseOtherSeats,
        "SEAT_BLOCKED": chooseOtherSeats,
        "SEAT_UNKNOWN": "The map shows the seats of a date: gateway seats CONCERT",
        "GRADE_UNKNOWN": "The legend of the map lists the grades: gateway seats CONCERT",
        "ROOM_CLOSED": closedRoom,
        "ROOM_DRAINING": closedRoom,
        "SCHEDULE_CHANGED": "Repeat the command",
    ]

    private static let chooseOtherSeats = "Choose other seats: gateway seats CONCERT"
}
