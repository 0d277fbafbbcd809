import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Puts the errors of journeys into words, with the command to type next.
struct JourneyWords {
    private static let maximumNamed = 8

    let run: Invocation

    func error(_ error: JourneyError) -> GatewayError {
        switch error {
        case .listTooLong(let limit): .refused("the list has more than \(limit) elements, the limit of the gateway")
        case .unknownConcert(let name, _) where name.contains("/"):
            .refused(
                "\(name.printable) names a date, and this command takes a concert",
                hint: "Name only the concert: \(name.prefix { $0 != "/" }.description.printable)")
        case .unknownConcert(let name, let nearest):
            .refused(
                "unknown concert \(name.printable)",
                hint: nearest.map { "Did you mean \($0)?" } ?? "See: gateway concerts")
        case .noDates(let concert): .refused("\(concert.name) has no dates yet")
        case .unknownDate(let name, let concert, let dates):
            .refused("\(concert.name) has no date \(name.printable). Its dates: \(list(dates, of: concert))")
        case .dateNotNamed(let concert, let dates):
            .usage("\(concert.name) has \(dates.count.counted("date")). Name one: \(list(dates, of: concert))")
        case .gradeNotNamed(let date, let grades):
            .usage("--grade is missing. \(date.name) has the grades \(grades.joined(separator: ", "))")
        case .unknownSeat(let name, let nearest):
            GatewayError(
                .refused, "there is no seat \(name.printable)",
                hint: nearest.map { "Did you mean \($0)?" }
                    ?? "The map shows the seats of a date: gateway seats CONCERT",
                reason: ConcertReason.seatUnknown.rawValue)
        case .seatsTaken(let failure, let own):
            failed(
                failure,
                hint: own.isEmpty ? nil : "You already have \(SeatText.list(own)). Name only the other seats")
        case .noPlace, .placeEnded, .turnNeverCame, .noRecordedPlace, .severalPlaces: place(error)
        case .unknown(let kind, let name): unknown(kind, name)
        case .ambiguous(let kind, let name, let count):
            .refused(
                "\(name.printable) matches \(count) \(kind)s",
                hint: kind == .ticket ? "Give an id from: gateway tickets" : "Give more digits of the id")
        case .noneOf(.reservation):
            .refused("this machine has no record of a reservation", hint: "To see yours: gateway reservations")
        case .noneOf(.ticket): .refused("you have no valid ticket", hint: "To see all tickets: gateway tickets")
        case .noneOf(.payment): .refused("you have made no payments")
        case .severalReservations:
            .usage("the tickets belong to several reservations. Return those of one reservation at a time")
        case .nothingToPay, .tooManyOpenPayments, .paymentPending, .notPaid: payment(error)
        }
    }

    private func list(_ dates: [String], of concert: Concert) -> String {
        let more = dates.count > Self.maximumNamed ? " and more, see: gateway dates \(concert.name)" : ""
        return dates.prefix(Self.maximumNamed).joined(separator: ", ") + more
    }

    private func failed(_ failure: CallFailure, hint: String?) -> GatewayError {
        var error = run.error(failure)
        error.hint = hint ?? error.hint
        return error
    }

    private func place(_ error: JourneyError) -> GatewayError {
        let orSee = "To join, or to see your place: gateway join"
        return switch error {
        case .noPlace(let target, let isClosed):
            GatewayError(
                .refused, "\(target) has a waiting line, and you have no place in it",
                hint: toJoin(target, isClosed), reason: ConcertReason.passMissing.rawValue)
        case .placeEnded(let failure, let target, let isClosed): failed(failure, hint: toJoin(target, isClosed))
        case .turnNeverCame(let place, let target): .refused(PlaceReport(place: place, target: target).text(run))
        case .severalPlaces(let target, let targets):
            .usage("you have \(targets.count) places for \(target.text). Name one: \(targets.joined(separator: ", "))")
        case .noRecordedPlace(let target?):
            .refused("this machine has no record of a place for \(target.text)", hint: "\(orSee) \(target.text)")
        default: .refused("this machine has no record of a place in a line", hint: "\(orSee) CONCERT")
        }
    }

    private func toJoin(_ target: String, _ isClosed: Bool) -> String {
        isClosed
            ? "Its waiting room is closed. \(NextStep.closedRoom)" : "To join the line, type: gateway join \(target)"
    }

    private func unknown(_ kind: JourneyError.Kind, _ name: String) -> GatewayError {
        if run.caller.isOperator { return .refused("there is no \(kind) \(name.printable)") }
        let problem =
            kind == .payment
            ? "the last \(Payments.maximumSearched) payments do not include \(name.printable)"
            : "you have no \(kind) \(name.printable)"
        return .refused(problem, hint: "To see yours: gateway \(kind)s")
    }

    private func payment(_ error: JourneyError) -> GatewayError {
        switch error {
        case .nothingToPay(let reservation):
            .refused(
                "there is nothing to pay. \(reservation.text(now: run.clock.now)) \(Reservation.reserveAgain)")
        case .tooManyOpenPayments(let limit):
            .refused("\(limit) payments have no outcome yet, which is the limit", hint: "See: gateway payments")
        case .notPaid(let payment, let shortfall):
            GatewayError(
                .refused, "not paid: \(shortfall?.text ?? payment.explanation)",
                hint: shortfall?.hint(toPay: payment.reservationID),
                reason: "\(payment.reason)".constant)
        case .paymentPending(let failure):
            GatewayError(
                .indefinite,
                "payment pending: \(failure.map { run.error($0).problem } ?? "the wallet service has no decision yet")",
                hint: "Type gateway pay: it continues the same payment, and never pays twice", reason: "PENDING")
        default: .refused("\(error)")
        }
    }
}

extension Shortfall {
    /// `12.50 EUR`
    var missingText: String { Money.text(missing, currency) }

    var text: String {
        "your wallet has \(Money.text(available, currency)), and the price is \(Money.text(price, currency)): "
            + "\(missingText) is missing"
    }

    /// Names the reservation, because the user may hold another one.
    func hint(toPay reservation: ReservationID?) -> String {
        let name = reservation.map { " \(IDSuffix.text(of: $0))" } ?? ""
        return "Type: gateway top-up \(missingText), then: gateway pay\(name)"
    }
}

extension String {
    /// The name of an enum case as a constant: `notEnough` becomes `NOT_ENOUGH`.
    fileprivate var constant: String {
        reduce(into: "") { text, letter in
            if letter.isUppercase { text.append("_") }
            text += letter.uppercased()
        }
    }
}
