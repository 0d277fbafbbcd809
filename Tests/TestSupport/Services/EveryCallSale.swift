import ConcertAPI
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// The sale that `EveryCall` makes: an operator opens it, and the user alice buys.
extension EveryCall {
    private static let password = "correct horse battery"
    private static let price: UInt64 = 3000

    private struct Sale {
        let room: RoomID
        let concert: ConcertID
        let schedule: ScheduleID
        let alice: TestCaller
        var pass: [UInt8] = []
    }

    func runSale() async throws {
        let room = try await openRoom()
        let alice = try await signUp()
        let (concert, schedule) = try await addConcert(room)
        var sale = Sale(room: room, concert: concert, schedule: schedule, alice: alice)
        let place = try await enter(&sale)
        try await reserveAndRelease(sale)
        let sold = try await buy(sale)
        try await changePeople(password: Self.password)
        try await useTicket(sale, of: sold)
        try await refund(sale)
        try await report(sale)
        try await leave(sale, place)
        try await closeRoom(sale)
    }

    // MARK: The operator opens the sale

    private func openRoom() async throws -> RoomID {
        let calls = queue(.operator)
        let create = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 5))
        let room = try await twice(QueueMethods.createRoom) { try await calls.createRoom(create, $0) }.room.roomID
        try await twice(QueueMethods.configureRoom) {
            try await calls.configureRoom(
                ConfigureRoomRequest(roomID: room, limits: RoomLimits(activeLimit: 10)), $0)
        }
        try await twice(QueueMethods.openRoom) { try await calls.openRoom(OpenRoomRequest(roomID: room), $0) }
        try await twice(QueueMethods.pauseRoom) { try await calls.pauseRoom(PauseRoomRequest(roomID: room), $0) }
        try await twice(QueueMethods.openRoom) { try await calls.openRoom(OpenRoomRequest(roomID: room), $0) }
        try await twice(QueueMethods.findRoom) { try await calls.findRoom(FindRoomRequest(name: "sale"), $0) }
        try await twice(QueueMethods.listRooms) { try await calls.listRooms(ListRoomsRequest(), $0) }
        try await twice(QueueMethods.showRoom) { try await calls.showRoom(ShowRoomRequest(roomID: room), $0) }
        return room
    }

    private func addConcert(_ room: RoomID) async throws -> (concert: ConcertID, schedule: ScheduleID) {
        let calls = concert(.operator)
        let create = CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
        let concert = try await twice(ConcertMethods.createConcert) { try await calls.createConcert(create, $0) }
            .concert.concertID
        var settings = ScheduleSettings(
            name: "tonight", startsAt: later(.hours(30)), endsAt: later(.hours(32)), saleOpensAt: later(.zero),
            saleClosesAt: later(.hours(24)), cancelUntil: later(.hours(24)), seatsPerUser: 4, roomID: room)
        let added = try await twice(ConcertMethods.addSchedule) { [settings] in
            try await calls.addSchedule(AddScheduleRequest(concertID: concert, settings: settings), $0)
        }.schedule
        let schedule = added.scheduleID
        settings.seatsPerUser = 40
        try await twice(ConcertMethods.configureSchedule) { [settings] in
            try await calls.configureSchedule(
                ConfigureScheduleRequest(
                    concertID: concert, scheduleID: schedule, settings: settings, version: added.version), $0)
        }
        let offers = [SeatOffer(seats: seats(1...40), grade: "A", price: Self.price)]
        try await twice(ConcertMethods.setSeats) {
            try await calls.setSeats(SetSeatsRequest(concertID: concert, scheduleID: schedule, offers: offers), $0)
        }
        try await twice(ConcertMethods.blockSeats) {
            try await calls.blockSeats(
                BlockSeatsRequest(concertID: concert, scheduleID: schedule, seats: [seats(39...40)], reason: "camera"),
                $0)
        }
        try await twice(ConcertMethods.unblockSeats) {
            try await calls.unblockSeats(
                UnblockSeatsRequest(concertID: concert, scheduleID: schedule, seats: [seats(39...39)]), $0)
        }
        try await twice(ConcertMethods.listConcerts) { try await calls.listConcerts(ListConcertsRequest(), $0) }
        try await twice(ConcertMethods.listSchedules) {
            try await calls.listSchedules(ListSchedulesRequest(concertID: concert), $0)
        }
        return (concert, schedule)
    }

    private func later(_ duration: Duration) -> Timestamp { now + duration }

    private func seats(_ numbers: ClosedRange<UInt32>) -> SeatRange {
        SeatRange(firstNumber: numbers.lowerBound, lastNumber: numbers.upperBound)
    }

    // MARK: The user joins, enters and buys

    private func signUp() async throws -> TestCaller {
        let anyone = wallet(nil)
        let session = try await twice(WalletMethods.signUp) {
            try await anyone.signUp(SignUpRequest(name: "alice", password: Self.password), $0)
        }.session
        try await twice(WalletMethods.signIn) {
            try await anyone.signIn(SignInRequest(name: "alice", password: Self.password), $0)
        }
        let alice = TestCaller(user: session.userID, role: .user)
        let bank = wallet(.operator)
        try await twice(WalletMethods.topUp) {
            try await bank.topUp(TopUpRequest(amount: 10 * Self.price, currency: "EUR", name: "alice"), $0)
        }
        try await twice(WalletMethods.showBalance) { try await wallet(alice).showBalance(ShowBalanceRequest(), $0) }
        return alice
    }

    private func enter(_ sale: inout Sale) async throws -> PlaceID {
        let calls = queue(sale.alice)
        let room = sale.room
        let place = try await twice(QueueMethods.join) { try await calls.join(JoinRequest(roomID: room), $0) }.place
            .placeID
        try await twice(QueueMethods.showPlace) {
            try await calls.showPlace(ShowPlaceRequest(roomID: room, placeID: place), $0)
        }
        try await twice(QueueMethods.watchPlace) {
            calls.watchPlace(WatchPlaceRequest(roomID: room, placeID: place))
        }
        sale.pass = try await twice(QueueMethods.renew) {
            try await calls.renew(RenewRequest(roomID: room, placeID: place), $0)
        }.pass
        return place
    }

    private func reserve(_ seats: [String], _ sale: Sale) async throws -> Reservation {
        let calls = concert(sale.alice)
        let request = ReserveSeatsRequest(
            concertID: sale.concert, scheduleID: sale.schedule, choice: .seats(SeatNames(names: seats)), pass: sale.pass
        )
        return try await twice(ConcertMethods.reserveSeats) { try await calls.reserveSeats(request, $0) }.reservation
    }

    private func reserveAndRelease(_ sale: Sale) async throws {
        let calls = concert(sale.alice)
        let map = ShowSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: sale.pass)
        try await twice(ConcertMethods.showSeats) { try await calls.showSeats(map, $0) }
        let watch = WatchSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: sale.pass)
        try await twice(ConcertMethods.watchSeats) { calls.watchSeats(watch) }
        let best = ReserveSeatsRequest(
            concertID: sale.concert, scheduleID: sale.schedule, choice: .best(BestSeats(count: 2, grade: "A")),
            pass: sale.pass)
        let held = try await twice(ConcertMethods.reserveSeats) { try await calls.reserveSeats(best, $0) }.reservation
        try await twice(ConcertMethods.showReservation) {
            try await calls.showReservation(
                ShowReservationRequest(concertID: sale.concert, reservationID: held.reservationID), $0)
        }
        try await twice(ConcertMethods.releaseReservation) {
            try await calls.releaseReservation(
                ReleaseReservationRequest(concertID: sale.concert, reservationID: held.reservationID), $0)
        }
        try await twice(ConcertMethods.listReservations) {
            try await calls.listReservations(ListReservationsRequest(concertID: sale.concert), $0)
        }
    }

    private func pay(_ reservation: Reservation, _ sale: Sale) async throws -> Payment {
        let calls = wallet(sale.alice)
        let request = PayRequest(
            paymentID: PaymentID(of: options().requestID!), concertID: sale.concert,
            reservationID: reservation.reservationID,
            amount: reservation.amount, currency: reservation.currency)
        return try await twice(WalletMethods.pay) { try await calls.pay(request, $0) }.payment
    }

    private func buy(_ sale: Sale) async throws -> Reservation {
        let calls = wallet(sale.alice)
        let reservation = try await reserve(["1", "2"], sale)
        let paid = try await pay(reservation, sale)
        try await twice(WalletMethods.showPayment) {
            try await calls.showPayment(ShowPaymentRequest(paymentID: paid.paymentID), $0)
        }
        let cancelled = PaymentID(of: options().requestID!)
        try await twice(WalletMethods.cancelPayment) {
            try await calls.cancelPayment(CancelPaymentRequest(paymentID: cancelled), $0)
        }
        try await twice(WalletMethods.listPayments) { try await calls.listPayments(ListPaymentsRequest(), $0) }
        try await twice(WalletMethods.listEntries) {
            try await calls.listEntries(ListEntriesRequest(currency: "EUR"), $0)
        }
        // The decisions that a wallet service requests: a repeated one, and one for an unknown payment.
        let service = concert(.service)
        try await twice(ConcertMethods.confirm) {
            try await service.confirm(
                ConfirmRequest(
                    concertID: sale.concert, paymentID: paid.paymentID, reservationID: reservation.reservationID,
                    userID: sale.alice.user, amount: reservation.amount, currency: reservation.currency), $0)
        }
        let other = PaymentID(of: options().requestID!)
        try await twice(ConcertMethods.abort) {
            try await service.abort(
                AbortRequest(
                    concertID: sale.concert, paymentID: other, reservationID: reservation.reservationID), $0)
        }
        return reservation
    }

    private func useTicket(_ sale: Sale, of reservation: Reservation) async throws {
        let calls = concert(sale.alice)
        let ticket = try await twice(ConcertMethods.listTickets) {
            try await calls.listTickets(ListTicketsRequest(concertID: sale.concert), $0)
        }.tickets[0]
        let code = try await twice(ConcertMethods.showTicket) {
            try await calls.showTicket(ShowTicketRequest(concertID: sale.concert, ticketID: ticket.ticketID), $0)
        }.code
        try await twice(ConcertMethods.showTicketKeys) { try await calls.showTicketKeys(ShowTicketKeysRequest(), $0) }
        let gate = concert(.operator)
        try await twice(ConcertMethods.checkIn) {
            try await gate.checkIn(CheckInRequest(code: code, scheduleID: sale.schedule), $0)
        }
    }

    /// Buys and returns a ticket. Acknowledges the refund in place of the wallet service, whose jobs have not run.
    private func refund(_ sale: Sale) async throws {
        let reservation = try await reserve(["5"], sale)
        let paid = try await pay(reservation, sale)
        let calls = concert(sale.alice)
        let cancelled = try await twice(ConcertMethods.cancelReservation) {
            try await calls.cancelReservation(
                CancelReservationRequest(concertID: sale.concert, reservationID: reservation.reservationID), $0)
        }
        let service = concert(.service)
        try await twice(ConcertMethods.listRefundsDue) {
            try await service.listRefundsDue(ListRefundsDueRequest(concertID: sale.concert), $0)
        }
        try await twice(ConcertMethods.acknowledgeRefund) {
            try await service.acknowledgeRefund(
                AcknowledgeRefundRequest(
                    concertID: sale.concert, refundID: cancelled.refundID, paymentID: paid.paymentID), $0)
        }
    }

    // MARK: The operator inspects and repairs

    private func report(_ sale: Sale) async throws {
        let seller = concert(.operator)
        try await twice(ConcertMethods.salesReport) {
            try await seller.salesReport(SalesReportRequest(concertID: sale.concert), $0)
        }
        try await twice(ConcertMethods.showSeatHistory) {
            try await seller.showSeatHistory(
                ShowSeatHistoryRequest(concertID: sale.concert, scheduleID: sale.schedule, seat: "1"), $0)
        }
        let books = wallet(.operator)
        try await twice(WalletMethods.listHalted) { try await books.listHalted(ListHaltedRequest(), $0) }
        try await twice(WalletMethods.liftHalt) {
            try await books.liftHalt(LiftHaltRequest(concertID: sale.concert), $0)
        }
        try await twice(WalletMethods.audit) { try await books.audit(AuditRequest(), $0) }
    }

    private func leave(_ sale: Sale, _ place: PlaceID) async throws {
        let service = queue(.service)
        try await twice(QueueMethods.finishPass) {
            try await service.finishPass(FinishPassRequest(roomID: sale.room, placeID: place), $0)
        }
        let bob = queue(.bob)
        let his = try await twice(QueueMethods.join) { try await bob.join(JoinRequest(roomID: sale.room), $0) }.place
        try await twice(QueueMethods.leave) {
            try await bob.leave(LeaveRequest(roomID: sale.room, placeID: his.placeID), $0)
        }
        let other = try await twice(QueueMethods.join) { try await bob.join(JoinRequest(roomID: sale.room), $0) }.place
        let calls = queue(.operator)
        try await twice(QueueMethods.revokePlace) {
            try await calls.revokePlace(
                RevokePlaceRequest(roomID: sale.room, placeID: other.placeID, reason: "robot"), $0)
        }
        try await twice(QueueMethods.showHistory) {
            try await calls.showHistory(ShowHistoryRequest(roomID: sale.room, placeID: other.placeID), $0)
        }
    }

    private func closeRoom(_ sale: Sale) async throws {
        let calls = queue(.operator)
        try await twice(QueueMethods.drainRoom) { try await calls.drainRoom(DrainRoomRequest(roomID: sale.room), $0) }
        try await twice(QueueMethods.closeRoom) { try await calls.closeRoom(CloseRoomRequest(roomID: sale.room), $0) }
    }
}
