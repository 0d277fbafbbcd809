import CommandLine
import ConcertAPI
import Journeys
import QueueAPI
import RPC

/// The command to type after a failure of a service.
enum NextStep {
    static let closedRoom =
        "An operator can sell its dates without a waiting room: gateway admin schedule configure --no-room"

    private static let steps: [(reasons: [any Reason], step: String)] = [
        ([CallReason.credentialExpired], "Type: gateway sign-in NAME"),
        (
            [CallReason.credentialInvalid, CallReason.credentialMissing],
            "Type: gateway sign-in NAME; operators: gateway admin credential"
        ),
        ([ConcertReason.passMissing], "Type: gateway join CONCERT"),
        ([QueueReason.placeWaiting], "To wait for your turn, type: gateway place --wait"),
        ([QueueReason.roomClosed, QueueReason.roomDraining], closedRoom),
        ([ConcertReason.saleNotOpen, ConcertReason.saleOver], "For the times in your zone: gateway dates CONCERT"),
        ([ConcertReason.alreadySold], "To return seats that you paid for, type: gateway cancel"),
        ([ConcertReason.notSold], "To release seats that you did not pay for, type: gateway release"),
        (
            [ConcertReason.seatHeld, ConcertReason.seatSold, ConcertReason.seatsTaken, ConcertReason.seatBlocked],
            "Choose other seats: gateway seats CONCERT"
        ),
        ([ConcertReason.seatUnknown], "The map shows the seats of a date: gateway seats CONCERT"),
        ([ConcertReason.gradeUnknown], "The legend of the map lists the grades: gateway seats CONCERT"),
        ([ConcertReason.scheduleChanged], "Repeat the command"),
    ]

    /// Nil if no step fits the failure.
    static func after(_ failure: RPCFailure, of service: Service) -> String? {
        if failure.isNotProcessed, failure.code == .unavailable {
            return "Check that it runs, and give its address with \(service.option.flag)"
        }
        return steps.first { $0.reasons.contains { failure.isBecause($0) } }?.step
    }
}
