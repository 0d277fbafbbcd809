import ConcertAPI
import QueueAPI
import WalletAPI

/// Why a journey ends before its goal, although no call failed. Each program puts it into its own words.
package enum JourneyError: Error {
    /// Things that a user names by a seat, a target or the end of an id.
    package enum Kind: String, Sendable { case reservation, payment, ticket }

    case listTooLong(limit: Int)

    case unknownConcert(String, nearest: String?)
    case noDates(Concert)
    case unknownDate(String, Concert, dates: [String])
    /// The concert has several dates, and the target names none of them.
    case dateNotNamed(Concert, dates: [String])
    /// The date has several grades, and the choice names none of them.
    case gradeNotNamed(ConcertDate, grades: [String])

    case noPlace(target: String, isClosed: Bool)
    case placeEnded(CallFailure, target: String, isClosed: Bool)
    /// The place ended during the wait.
    case turnNeverCame(Place, target: String)
    case noRecordedPlace(Target?)
    case severalPlaces(Target, targets: [String])

    /// The date has no seat with this name.
    case unknownSeat(String, nearest: String?)
    /// Another user has seats of the choice. `own` lists the chosen seats that the caller already has.
    case seatsTaken(CallFailure, own: [String])
    case unknown(Kind, String)
    case ambiguous(Kind, String, count: Int)
    /// The caller has, or has recorded, none.
    case noneOf(Kind)
    /// The named tickets belong to several reservations.
    case severalReservations

    case nothingToPay(Reservation)
    case tooManyOpenPayments(limit: Int)
    /// Nil if the wallet service answers, but has no decision yet.
    case paymentPending(CallFailure?)
    case notPaid(Payment, Shortfall?)
}
