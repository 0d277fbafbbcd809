import CommandLine
import ConcertAPI
import Journeys
import QueueAPI
import RPC
import WalletAPI

/// The command to type after a failure of a service.
enum NextStep {
    static let closedRoom =
        "An operator can sell its dates without a waiting room: gateway admin schedule configure --no-room"

    private static let steps: [(reasons: [any Reason], step: String)] = [
        ([CallReason.credentialExpired, WalletReason.sessionEnded] as [any Reason], "Type: gateway sign-in NAME"),
        ([CallReason.dutyMissing], "An owner can grant it: gateway admin operator grant NAME DUTY"),
        ([WalletReason.noDuty], "An owner can grant one: gateway admin operator grant NAME DUTY"),
        (
            [CallReason.credentialInvalid, CallReason.credentialMissing],
            "Type: gateway sign-in NAME; operators: gateway admin sign-in NAME"
        ),
        ([ConcertReason.passMissing, ConcertReason.passUsed], "Type: gateway join CONCERT"),
        ([QueueReason.codeMissing], "Type: gateway join CONCERT/DATE --code CODE"),
        ([QueueReason.roomNeedsNoCode], "Type: gateway admin room create ROOM --needs-code"),
        ([ConcertReason.roomMissing], "Type: gateway admin schedule configure CONCERT/DATE --room ROOM"),
        ([QueueReason.placeWaiting], "To wait for your turn, type: gateway place --wait"),
        ([QueueReason.roomClosed, QueueReason.roomDraining], closedRoom),
        (
            [QueueReason.drawPending, QueueReason.drawNotClosed],
            "Type: gateway admin room close-draw ROOM, and then: gateway admin room draw ROOM --beacon SIGNATURE"
        ),
        ([QueueReason.receiptNotYet], "Repeat the command in a moment"),
        ([ConcertReason.saleNotOpen, ConcertReason.saleOver], "For the times in your zone: gateway dates CONCERT"),
        ([ConcertReason.alreadySold], "To return seats that you paid for, type: gateway cancel"),
        ([ConcertReason.notSold], "To release seats that you did not pay for, type: gateway release"),
        (
            [ConcertReason.seatHeld, ConcertReason.seatSold, ConcertReason.seatsTaken, ConcertReason.seatBlocked],
            "Choose other seats: gateway seats CONCERT"
        ),
        ([ConcertReason.seatUnknown], "The map shows the seats of a date: gateway seats CONCERT"),
        ([ConcertReason.gradeUnknown], "The legend of the map lists the grades: gateway seats CONCERT"),
        ([ConcertReason.scheduleChanged, ConcertReason.concertChanged], "Repeat the command"),
    ]

    static func checkAddress(of service: Service) -> String {
        "Check that it runs, and give its address with \(service.option.flag)"
    }

    /// Nil if no step fits the failure.
    static func after(_ failure: RPCFailure, of service: Service) -> String? {
        if failure.isNotProcessed, failure.code == .unavailable {
            return checkAddress(of: service)
        }
        return steps.first { $0.reasons.contains { failure.isBecause($0) } }?.step
    }
}

/// The flags and operands that give the fields of requests.
enum FieldSource {
    /// The key is the path of a field, or its last name if that has one source only.
    private static let sources = [
        "settings.name": "DATE", "starts_at_ms": "--starts", "ends_at_ms": "--ends", "sale_opens_at_ms": "--sale-opens",
        "sale_closes_at_ms": "--sale-closes", "cancel_until_ms": "--cancel-until",
        "return_until_ms": "--return-until", "seats_per_user": "--seats-per-user",
        "hold_ms": "--hold", "active_limit": "--active", "rate_per_second": "--rate",
        "correct_no_shows": "--correct-no-shows", "waiting_limit": "--waiting",
        "ready_ms": "--ready",
        "idle_ms": "--idle", "hard_limit_ms": "--stay", "joins_at": "--joins-at", "opens_at": "--opens-at",
        "room_id": "--room", "browse_room_id": "--browse-room", "best.count": "--best", "best.grade": "--grade",
        "title": "--title", "host": "--host", "currency": "--currency", "reason": "--reason", "name": "NAME",
        "password": "the password", "new_password": "the new password", "display_name": "--display-name",
        "message": "TEXT", "code": "the code", "amount": "AMOUNT",
        "seats": "SEAT",
        "seats.first_number": "NUMBERS", "seats.last_number": "NUMBERS", "grade": "GRADE", "price": "PRICE",
        "section": "SECTION", "row": "ROWS", "zone": "--venue-zone", "steps": "--keep",
        "steps.days_before_start": "DAYS in --keep", "steps.kept_percent": "PERCENT in --keep",
        "least_amount": "--least", "wish": "SEAT or --best", "name_prefix": "PREFIX",
        "presales": "ROOM", "draw_round": "--draw-round", "count": "--count", "uses": "--uses",
        "expires_at": "--expires", "beacon": "--beacon",
    ]
    /// The options of commands that give a field by another one.
    private static let others = ["cancel_until_ms": "--until"]
    /// Fields whose rules count milliseconds.
    private static let durations: Set = ["--hold", "--ready", "--idle", "--stay"]

    /// The source of a field and the rule that its value breaks.
    static func problem(of violation: FieldViolation, in command: Syntax? = nil) -> String {
        let got = violation.got.isEmpty ? "" : "; got \(violation.got)"
        let rule = ServiceText.withFlags(violation.rule, of: command)
        return "\(name(of: violation.field, in: command)) \(rule)\(got)"
    }

    static func name(of field: String, in command: Syntax? = nil) -> String {
        let last = String(field.split(separator: ".").last ?? "")
        if let other = others[last], let command, command.options.contains(where: { $0.flag == other }) { return other }
        guard let source = sources[field] ?? sources[last] else { return field }
        return durations.contains(source) ? "\(source), in milliseconds," : source
    }
}
