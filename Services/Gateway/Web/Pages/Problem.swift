import ConcertAPI
import Encoding
import Identity
import Journeys
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// A step that failed, for the buyer: what happened, what is safe, and what to do. It is a page, or a note above one.
struct Problem: Error, Sendable {
    let status: Int
    let title: Text
    let happened: Text
    var safe: Text?
    /// The delay before the next attempt, if the service gives one.
    var retryAfter: Duration?
    /// The next step. Nil for the page that the problem stands above.
    var next: (text: Text, path: String)?
    /// The puzzle that the script solves before it sends the form again.
    private var puzzle: Identity.Puzzle?

    init(
        _ status: Int, _ title: Text, _ happened: Text, safe: Text? = nil, retryAfter: Duration? = nil,
        next: (text: Text, path: String)? = nil
    ) {
        self.status = status
        self.title = title
        self.happened = happened
        self.safe = safe
        self.retryAfter = retryAfter
        self.next = next
    }

    static let signedOut = Problem(401, .signedOutTitle, .signedOutWhy, safe: .signedOutSafe)
    static let unknownPage = Problem(404, .notFound, .checkAddress, next: (.allConcerts, "/"))
    static let foreignForm = Problem(403, .formRefused, .formRefusedWhy)

    init(_ error: any Error) {
        self =
            switch error {
            case let problem as Problem: problem
            case is NotSignedIn: .signedOut
            case let failure as CallFailure: Problem(failure)
            case let error as JourneyError: Problem(error)
            default: Problem(500, .broken, .brokenWhy)
            }
    }

    private init(_ error: JourneyError) {
        self =
            switch error {
            case .unknownConcert: .unknownPage
            case .unknownDate, .noDates, .dateNotNamed: Problem(404, .unknownDate, .checkAddress)
            case .noPlace, .placeEnded, .turnNeverCame, .noRecordedPlace, .severalPlaces:
                Problem(403, .turnOver, .turnOverWhy, safe: .turnOverSafe)
            case .seatsTaken(let failure, _): Problem(failure)
            case .unknownSeat: Problem(409, .seatGone, .seatGoneWhy)
            case .gradeNotNamed: Problem(400, .inputRefused, .noSeatChosenWhy)
            case .unknown, .ambiguous, .noneOf, .severalReservations: .unknownPage
            case .nothingToPay: Problem(409, .holdOver, .holdOverWhy)
            case .notPaid(let payment, let shortfall): Problem(payment, shortfall)
            case .paymentPending, .tooManyOpenPayments: Problem(503, .pendingTitle, .pendingWhy)
            case .listTooLong: Problem(500, .broken, .brokenWhy)
            }
    }

    init(_ payment: Payment, _ shortfall: Shortfall?) {
        self =
            switch payment.reason {
            case .insufficient, .noAccount: Problem(402, .tooLittle, .nothingPaid)
            case .holdExpired, .reservationGone: Problem(409, .holdOver, .holdOverWhy)
            case .dateCancelled: Problem(410, .dateCancelledTitle, .nothingChanged)
            default: Problem(409, .notPaid, .notPaidWhy)
            }
    }

    private init(_ failure: CallFailure) {
        if let known = Self.known(failure) {
            self = known
            retryAfter = failure.failure.retryAfter
            puzzle = failure.puzzle
            return
        }
        switch failure.outcome {
        case .notAllowed: self = .signedOut
        case .unavailable:
            self = Problem(
                503, .serviceAway, .serviceAwayWhy, safe: failure.failure.isIndefinite ? nil : .nothingChanged,
                retryAfter: failure.failure.retryAfter ?? Self.usualRetry)
        case .indefinite:
            self = Problem(504, .tooSlow, .tooSlowWhy, safe: .tooSlowSafe, retryAfter: Self.usualRetry)
        case .refused:
            self =
                failure.failure.code == .invalidArgument
                ? Problem(400, .inputRefused, Self.rule(of: failure.failure.violation?.field), safe: .nothingChanged)
                : failure.failure.code == .notFound
                    ? .unknownPage
                    : Problem(500, .broken, .brokenWhy, safe: .nothingChanged)
        }
    }

    private static let usualRetry = Duration.seconds(5)

    /// The allowed values of a field that a buyer types. The rules of the contract are in English only.
    private static func rule(of field: String?) -> Text {
        switch field {
        case "name": .nameRule
        case "password", "new_password": .passwordRule
        default: .checkInput
        }
    }

    private static func known(_ failure: CallFailure) -> Problem? {
        if failure.isBecause(CallReason.requestIDReused) { return Problem(409, .formRefused, .formUsedWhy) }
        return switch failure.service {
        case .queue: QueueReason(rawValue: failure.reason).flatMap { queue($0) }
        case .concert: ConcertReason(rawValue: failure.reason).flatMap { concert($0) }
        case .wallet: WalletReason(rawValue: failure.reason).flatMap { wallet($0) }
        }
    }

    private static func queue(_ reason: QueueReason) -> Problem? {
        switch reason {
        case .roomNotOpen, .roomScheduled: Problem(409, .roomNotOpenTitle, .roomIsScheduled)
        case .roomDraining, .roomClosed: Problem(410, .roomClosedTitle, .roomClosedWhy)
        case .roomFull: Problem(503, .roomIsFull, .roomFullWhy)
        case .tooManyJoins: Problem(503, .roomIsFull, .roomFullWhy)
        case .userBanned: Problem(403, .banned, .bannedWhy)
        case .codeMissing: Problem(409, .codeNeeded, .codeNeededWhy)
        case .codeRefused: Problem(400, .joinCodeWrong, .joinCodeWrongWhy)
        case .codeOfAnotherRoom: Problem(409, .codeElsewhere, .codeElsewhereWhy)
        case .codeExpired: Problem(410, .codeExpired, .askForCode)
        case .codeUsedUp: Problem(409, .codeUsedUp, .askForCode)
        case .joinsTooOften: Problem(429, .tooManyTries, .tooManyTriesWhy)
        case .placeUnknown, .placeFinished, .placeLeft, .placeLapsed, .placeRevoked, .placeWaiting, .placeNotActive:
            Problem(403, .turnOver, .turnOverWhy, safe: .turnOverSafe)
        default: nil
        }
    }

    private static func concert(_ reason: ConcertReason) -> Problem? {
        switch reason {
        case .concertUnknown: .unknownPage
        case .scheduleUnknown: Problem(404, .unknownDate, .checkAddress)
        case .seatHeld, .seatSold, .seatBlocked, .seatsTaken, .seatUnknown: Problem(409, .seatGone, .seatGoneWhy)
        case .noSeatsTogether, .gradeUnknown: Problem(409, .noneTogether, .noneTogetherWhy)
        case .tooManySeats, .tooManyReservations: Problem(409, .tooManySeats, .tooManySeatsWhy)
        case .saleNotOpen: Problem(409, .saleNotOpen, .saleNotOpenWhy)
        case .saleOver, .dateOver: Problem(410, .saleOver, .saleOverWhy)
        case .dateCancelled: Problem(410, .dateCancelledTitle, .refundOnItsWay)
        case .passMissing, .passRefused, .passOfAnotherRoom, .passUsed:
            Problem(403, .turnOver, .turnOverWhy, safe: .turnOverSafe)
        case .alreadySold: Problem(409, .alreadyBought, .alreadyBoughtWhy, next: (.myTickets, "/tickets"))
        case .notCancellable, .cancelDeadlinePassed, .ticketUsed, .ticketCancelled, .notSold:
            Problem(409, .notReturnable, .notReturnableWhy)
        case .refundChanged: Problem(409, .refundChanged, .refundChangedWhy)
        default: nil
        }
    }

    private static func wallet(_ reason: WalletReason) -> Problem? {
        switch reason {
        case .paymentIDReused: Problem(409, .formRefused, .formUsedWhy)
        case .nameTaken: Problem(409, .nameTaken, .nameTakenWhy)
        case .nameOrPasswordWrong: Problem(403, .wrongPassword, .wrongPasswordWhy)
        case .passwordWrong: Problem(403, .presentWrong, .wrongPasswordWhy)
        case .codeWrong: Problem(403, .codeWrong, .codeWrongWhy)
        case .tooManyTries: Problem(429, .tooManyTries, .tooManyTriesWhy)
        case .passwordsBusy: Problem(503, .manySignIns, .tooManyTriesWhy, safe: .nothingChanged)
        case .puzzleRequired: Problem(503, .manySignIns, .robotsSignIn, safe: .nothingChanged)
        case .topUpNotAllowed: Problem(403, .topUpRefused, .askToTopUp)
        case .balanceLimit: Problem(409, .balanceLimit, .balanceLimitWhy)
        case .concertHalted: Problem(503, .halted, .haltedWhy)
        default: nil
        }
    }

    /// The note above a page, or the content of one. `next` replaces a missing next step.
    func content(_ visit: Visit, next fallback: (text: Text, path: String)? = nil) -> HTML {
        let step = (next ?? fallback).map { Parts.button(visit($0.text), to: $0.path) }
        let retry = retryAfter.map { "<p>\(visit(.tryAgain(in: $0)))</p>" as HTML }
        let safety = safe.map { "<p>\(visit($0))</p>" as HTML }
        let effort = puzzle.map { puzzle in
            " data-bits=\"\(puzzle.requiredBits)\" data-challenge=\"\(Base64.text(of: puzzle.challenge))\"" as HTML
        }
        return """
            <section class="note bad" role="alert"\(effort)><h2>\(visit(title))</h2><p>\(visit(happened))</p>\(safety)\(retry)\(step)</section>
            """
    }
}
