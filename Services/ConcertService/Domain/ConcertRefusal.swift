import Kernel

/// Every "no" of this service. Whatever is refused has changed nothing.
package enum ConcertRefusal: Error, Equatable {
    /// A field, and a sentence about it that goes on from its name.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used before, for something else.
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
    /// More than one user may hold and own together.
    case tooManySeats(limit: Int, claimed: Int, asked: Int)
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
