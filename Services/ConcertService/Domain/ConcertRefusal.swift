import Kernel

/// Every refusal of this service. A refused call changes nothing.
package enum ConcertRefusal: Error, Equatable {
    /// A field, and the rule that its value breaks, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    case nameTaken(String)

    case concertUnknown
    case scheduleUnknown
    case reservationUnknown
    case ticketUnknown
    case seatUnknown(SeatLabel)
    case gradeUnknown(String)

    case scheduleChanged(version: Int64)
    case saleNotOpen(opensAt: Timestamp)
    case saleOver(closedAt: Timestamp)
    case passMissing(RoomID)
    case passRefused(String)
    case passOfAnotherRoom(RoomID)

    case seatsTaken([SeatConflict])
    case noSeatsTogether(count: Int, grade: String)
    /// `claimed` is the number of seats that the user holds or bought.
    case tooManySeats(limit: Int, claimed: Int, requested: Int)
    case tooManyReservations(limit: Int)

    case alreadySold
    case notSold(Reservation.State)
    case notCancellable
    case cancelDeadlinePassed(at: Timestamp)
    case ticketOfReservationUsed(seat: SeatLabel, at: Timestamp)

    case codeRefused(String)
    case ticketOfAnotherDate(startsAt: Timestamp)
    case ticketUsed(at: Timestamp)
    case ticketCancelled(at: Timestamp)
}
