import ConcertAPI
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// The sale that `EveryCall` makes: an operator opens it, and the user alice buys. It makes the calls that write, and
/// those whose answer changes during the sale.
extension EveryCall {
    private static let password = "correct horse battery"
    private static let price: UInt64 = 3000

    private struct Sale {
        let room: RoomID
        let concert: ConcertID
        let schedule: ScheduleID
        let alice: TestCaller
        var pass: [UInt8] = []
        /// Reservations of seats 5 and 7, and of 6 and 8.
        var held: [Reservation] = []
    }

    /// Returns alice.
    func runSale() async throws -> TestCaller {
        let room = try await openRoom()
        let alice = try await signUp()
        try await drawLine(alice)
        try await joinByCode(alice)
        let (concert, schedule) = try await addConcert(room)
        var sale = Sale(room: room, concert: concert, schedule: schedule, alice: alice)
        let place = try await enter(&sale)
        try await reserveAndRelease(sale)
        let sold = try await buy(&sale)
        try await changePeople(password: Self.password)
        try await useTicket(sale, of: sold)
        try await find(sale)
        try await refund(sale)
        try await cancel(sale)
        try await twice(WalletMethods.liftHalt, LiftHaltRequest(concertID: sale.concert), as: .operator)
        try await lookUp(sale)
        try await cancelDate(sale)
        try await leave(sale, place)
        try await twice(QueueMethods.drainRoom, DrainRoomRequest(roomID: room), as: .operator)
        try await twice(QueueMethods.closeRoom, CloseRoomRequest(roomID: room), as: .operator)
        return alice
    }

    /// Lists that operators read for a user, so that a request must name one of them.
    private func lookUp(_ sale: Sale) async throws {
        try await twice(QueueMethods.listPlaces, ListPlacesRequest(), as: sale.alice)
        try await twice(QueueMethods.findPlaces, FindPlacesRequest(roomID: sale.room), as: .operator)
        try await twice(WalletMethods.showUser, ShowUserRequest(), as: sale.alice)
        try await twice(WalletMethods.findUsers, FindUsersRequest(namePrefix: "a"), as: .operator)
        try await twice(WalletMethods.findPayments, FindPaymentsRequest(name: "alice"), as: .operator)
        try await twice(WalletMethods.findAccounts, FindAccountsRequest(name: "alice"), as: .operator)
        try await twice(
            WalletMethods.findEntries, FindEntriesRequest(name: "alice", currency: "EUR"), as: .operator)
    }

    // MARK: The operator opens the sale

    private func openRoom() async throws -> RoomID {
        let create = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 5))
        let room = try await twice(QueueMethods.createRoom, create, as: .operator).room.roomID
        let configure = ConfigureRoomRequest(roomID: room, limits: RoomLimits(activeLimit: 10))
        try await twice(QueueMethods.configureRoom, configure, as: .operator)
        let limit = SetWaitingLimitRequest(roomID: room, waitingLimit: 100)
        try await twice(QueueMethods.setWaitingLimit, limit, as: .operator)
        let message = SetRoomMessageRequest(roomID: room, message: "Welcome")
        try await twice(QueueMethods.setRoomMessage, message, as: .operator)
        try await twice(QueueMethods.openRoom, OpenRoomRequest(roomID: room), as: .operator)
        try await twice(QueueMethods.pauseRoom, PauseRoomRequest(roomID: room), as: .operator)
        try await twice(QueueMethods.openRoom, OpenRoomRequest(roomID: room), as: .operator)
        try await twice(QueueMethods.findRoom, FindRoomRequest(name: "sale"), as: nil)
        return room
    }

    private func joinByCode(_ alice: TestCaller) async throws {
        let create = CreateRoomRequest(name: "members", times: RoomTimes(joinsAt: now), needsCode: true)
        let room = try await twice(QueueMethods.createRoom, create, as: .operator).room.roomID
        let make = CreateCodesRequest(roomID: room, count: 2)
        let code = try await twice(QueueMethods.createCodes, make, as: .operator).codes[0]
        try await twice(QueueMethods.join, JoinRequest(roomID: room, code: code), as: alice)
    }

    private func drawLine(_ alice: TestCaller) async throws {
        let create = CreateRoomRequest(name: "draw", times: RoomTimes(joinsAt: now), drawRound: 1)
        let room = try await twice(QueueMethods.createRoom, create, as: .operator).room.roomID
        try await twice(QueueMethods.join, JoinRequest(roomID: room), as: alice)
        try await twice(QueueMethods.closeDraw, CloseDrawRequest(roomID: room), as: .operator)
        try await logLines()
        let beacon = [UInt8](repeating: 7, count: 48)
        try await twice(QueueMethods.drawRoom, DrawRoomRequest(roomID: room, beacon: beacon), as: .operator)
        try await twice(QueueMethods.showDraw, ShowDrawRequest(roomID: room), as: nil)
    }

    private func addConcert(_ room: RoomID) async throws -> (concert: ConcertID, schedule: ScheduleID) {
        let create = CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR")
        let created = try await twice(ConcertMethods.createConcert, create, as: .operator).concert
        let concert = created.concertID
        let change = ConfigureConcertRequest(
            concertID: concert, title: "Moon Tour 2", host: "The Moons", version: created.version)
        try await twice(ConcertMethods.configureConcert, change, as: .operator)
        var settings = ScheduleSettings(
            name: "tonight", startsAt: later(.hours(30)), endsAt: later(.hours(32)), saleOpensAt: later(.zero),
            saleClosesAt: later(.hours(24)), cancelUntil: later(.hours(24)), seatsPerUser: 4, roomID: room)
        let add = AddScheduleRequest(concertID: concert, settings: settings)
        let added = try await twice(ConcertMethods.addSchedule, add, as: .operator).schedule
        let schedule = added.scheduleID
        settings.seatsPerUser = 40
        let configure = ConfigureScheduleRequest(
            concertID: concert, scheduleID: schedule, settings: settings, version: added.version)
        let configured = try await twice(ConcertMethods.configureSchedule, configure, as: .operator).schedule
        let policy = SetReturnPolicyRequest(
            concertID: concert, scheduleID: schedule, steps: [ReturnStep(daysBeforeStart: 30, keptPercent: 10)],
            cancelUntil: later(.hours(24)), version: configured.version)
        let changed = try await twice(ConcertMethods.setReturnPolicy, policy, as: .operator).schedule
        let presales = SetPresalesRequest(
            concertID: concert, scheduleID: schedule, presales: [Presale(roomID: RoomID(high: 5, low: 9))],
            version: changed.version)
        let presold = try await twice(ConcertMethods.setPresales, presales, as: .operator).schedule
        let move = MoveDateRequest(
            concertID: concert, scheduleID: schedule, startsAt: later(.hours(31)), endsAt: later(.hours(33)),
            reason: "storm", version: presold.version)
        try await twice(ConcertMethods.moveDate, move, as: .operator)
        let offers = [SeatOffer(seats: seats(1...40), grade: "A", price: Self.price)]
        let set = SetSeatsRequest(concertID: concert, scheduleID: schedule, offers: offers)
        try await twice(ConcertMethods.setSeats, set, as: .operator)
        let block = BlockSeatsRequest(
            concertID: concert, scheduleID: schedule, seats: [seats(39...40)], reason: "camera")
        try await twice(ConcertMethods.blockSeats, block, as: .operator)
        let unblock = UnblockSeatsRequest(concertID: concert, scheduleID: schedule, seats: [seats(39...39)])
        try await twice(ConcertMethods.unblockSeats, unblock, as: .operator)
        let remove = RemoveSeatsRequest(concertID: concert, scheduleID: schedule, seats: [seats(38...38)])
        try await twice(ConcertMethods.removeSeats, remove, as: .operator)
        return (concert, schedule)
    }

    private func later(_ duration: Duration) -> Timestamp { now + duration }

    private func seats(_ numbers: ClosedRange<UInt32>) -> SeatRange {
        SeatRange(firstNumber: numbers.lowerBound, lastNumber: numbers.upperBound)
    }

    // MARK: The user joins, enters and buys

    private func signUp() async throws -> TestCaller {
        let new = SignUpRequest(name: "alice", password: Self.password)
        let session = try await twice(WalletMethods.signUp, new, as: nil).session
        try await twice(WalletMethods.signIn, SignInRequest(name: "alice", password: Self.password), as: nil)
        let topUp = TopUpRequest(amount: 10 * Self.price, currency: "EUR", name: "alice")
        try await twice(WalletMethods.topUp, topUp, as: .operator)
        return TestCaller(user: session.userID, role: .user)
    }

    private func enter(_ sale: inout Sale) async throws -> PlaceID {
        let (room, alice) = (sale.room, sale.alice)
        let place = try await twice(QueueMethods.join, JoinRequest(roomID: room), as: alice).place.placeID
        try await twice(QueueMethods.showPlace, ShowPlaceRequest(roomID: room, placeID: place), as: alice)
        try await twice(QueueMethods.watchPlace, WatchPlaceRequest(roomID: room, placeID: place), as: alice)
        let renew = RenewRequest(roomID: room, placeID: place)
        sale.pass = try await twice(QueueMethods.renew, renew, as: alice).pass
        try await logLines()
        try await twice(QueueMethods.provePlace, ProvePlaceRequest(roomID: room, placeID: place), as: alice)
        try await twice(QueueMethods.showCheckpoint, ShowCheckpointRequest(roomID: room, fromSize: 1), as: nil)
        try await twice(QueueMethods.listTiles, ListTilesRequest(roomID: room), as: nil)
        return place
    }

    private func reserve(_ choice: ReserveSeatsRequest.Choice, _ sale: Sale) async throws -> Reservation {
        let request = ReserveSeatsRequest(
            concertID: sale.concert, scheduleID: sale.schedule, choice: choice, pass: sale.pass)
        return try await twice(ConcertMethods.reserveSeats, request, as: sale.alice).reservation
    }

    private func reserveAndRelease(_ sale: Sale) async throws {
        let map = ShowSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: sale.pass)
        try await twice(ConcertMethods.showSeats, map, as: sale.alice)
        let watch = WatchSeatsRequest(concertID: sale.concert, scheduleID: sale.schedule, pass: sale.pass)
        try await twice(ConcertMethods.watchSeats, watch, as: sale.alice)
        let held = try await reserve(.best(BestSeats(count: 2, grade: "A")), sale).reservationID
        let show = ShowReservationRequest(concertID: sale.concert, reservationID: held)
        try await twice(ConcertMethods.showReservation, show, as: sale.alice)
        let release = ReleaseReservationRequest(concertID: sale.concert, reservationID: held)
        try await twice(ConcertMethods.releaseReservation, release, as: sale.alice)
    }

    private func pay(_ reservation: Reservation, _ sale: Sale) async throws -> Payment {
        let request = PayRequest(
            paymentID: PaymentID(of: options().requestID!), concertID: sale.concert,
            reservationID: reservation.reservationID, amount: reservation.amount, currency: reservation.currency)
        return try await twice(WalletMethods.pay, request, as: sale.alice).payment
    }

    /// Reserves before the first payment, because a pass reserves nothing after it.
    private func buy(_ sale: inout Sale) async throws -> Reservation {
        let reservation = try await reserve(.seats(SeatNames(names: ["1", "2"])), sale)
        for seats in [["5", "7"], ["6", "8"]] {
            sale.held.append(try await reserve(.seats(SeatNames(names: seats)), sale))
        }
        let paid = try await pay(reservation, sale)
        let cancel = CancelPaymentRequest(paymentID: PaymentID(of: options().requestID!))
        try await twice(WalletMethods.cancelPayment, cancel, as: sale.alice)
        // The decisions that a wallet service requests: a repeated one, and one for an unknown payment.
        let confirm = ConfirmRequest(
            concertID: sale.concert, paymentID: paid.paymentID, reservationID: reservation.reservationID,
            userID: sale.alice.user, amount: reservation.amount, currency: reservation.currency)
        try await twice(ConcertMethods.confirm, confirm, as: .service)
        let abort = AbortRequest(
            concertID: sale.concert, paymentID: PaymentID(of: options().requestID!),
            reservationID: reservation.reservationID)
        try await twice(ConcertMethods.abort, abort, as: .service)
        return reservation
    }

    private func useTicket(_ sale: Sale, of reservation: Reservation) async throws {
        let list = ListTicketsRequest(concertID: sale.concert)
        let ticket = try await twice(ConcertMethods.listTickets, list, as: sale.alice).tickets[0]
        let show = ShowTicketRequest(concertID: sale.concert, ticketID: ticket.ticketID)
        let code = try await twice(ConcertMethods.showTicket, show, as: sale.alice).code
        let checkIn = CheckInRequest(code: code, scheduleID: sale.schedule)
        try await twice(ConcertMethods.checkIn, checkIn, as: .operator)
        let undo = UndoCheckInRequest(concertID: sale.concert, ticketID: ticket.ticketID, reason: "wrong entrance")
        try await twice(ConcertMethods.undoCheckIn, undo, as: .operator)
    }

    private func find(_ sale: Sale) async throws {
        let reservations = FindReservationsRequest(concertID: sale.concert, userID: sale.alice.user)
        try await twice(ConcertMethods.findReservations, reservations, as: .operator)
        try await twice(ConcertMethods.findTickets, FindTicketsRequest(concertID: sale.concert), as: .operator)
        try await twice(ConcertMethods.findBuyers, FindBuyersRequest(concertID: sale.concert), as: .operator)
    }

    /// Pays for and returns a ticket. Acknowledges the refund in place of the wallet service, whose jobs have not run.
    private func refund(_ sale: Sale) async throws {
        let reservation = sale.held[0]
        let paid = try await pay(reservation, sale)
        let quote = QuoteReturnRequest(
            concertID: sale.concert, reservationID: reservation.reservationID, seats: ["7"])
        let least = try await twice(ConcertMethods.quoteReturn, quote, as: sale.alice).total.refunded
        let part = CancelTicketsRequest(
            concertID: sale.concert, reservationID: reservation.reservationID, seats: ["7"], leastAmount: least)
        try await twice(ConcertMethods.cancelTickets, part, as: sale.alice)
        let cancel = CancelReservationRequest(
            concertID: sale.concert, reservationID: reservation.reservationID)
        let refund = try await twice(ConcertMethods.cancelReservation, cancel, as: sale.alice).refundID
        let list = ListRefundsDueRequest(concertID: sale.concert)
        try await twice(ConcertMethods.listRefundsDue, list, as: .service)
        let acknowledge = AcknowledgeRefundRequest(
            concertID: sale.concert, refundID: refund, paymentID: paid.paymentID)
        try await twice(ConcertMethods.acknowledgeRefund, acknowledge, as: .service)
    }

    /// An operator returns a ticket, and then the rest.
    private func cancel(_ sale: Sale) async throws {
        let reservation = sale.held[1]
        _ = try await pay(reservation, sale)
        let part = CancelTicketsRequest(
            concertID: sale.concert, reservationID: reservation.reservationID, seats: ["8"], reason: "fog")
        try await twice(ConcertMethods.cancelTickets, part, as: .operator)
        let cancel = CancelReservationRequest(
            concertID: sale.concert, reservationID: reservation.reservationID, reason: "fog")
        try await twice(ConcertMethods.cancelReservation, cancel, as: .operator)
    }

    private func cancelDate(_ sale: Sale) async throws {
        var request = CancelDateRequest(concertID: sale.concert, scheduleID: sale.schedule, reason: "fog")
        request.confirmation = try await twice(ConcertMethods.cancelDate, request, as: .operator).confirmation
        try await twice(ConcertMethods.cancelDate, request, as: .operator)
    }

    /// Bob leaves the line, and an operator revokes his next place.
    private func leave(_ sale: Sale, _ place: PlaceID) async throws {
        let (room, join) = (sale.room, JoinRequest(roomID: sale.room))
        try await twice(QueueMethods.finishPass, FinishPassRequest(roomID: room, placeID: place), as: .service)
        let first = try await twice(QueueMethods.join, join, as: .bob).place.placeID
        try await twice(QueueMethods.leave, LeaveRequest(roomID: room, placeID: first), as: .bob)
        let second = try await twice(QueueMethods.join, join, as: .bob).place.placeID
        let revoke = RevokePlaceRequest(roomID: room, placeID: second, reason: "robot", ban: true)
        try await twice(QueueMethods.revokePlace, revoke, as: .operator)
        let lift = LiftBanRequest(roomID: room, userID: TestCaller.bob.user)
        try await twice(QueueMethods.liftBan, lift, as: .operator)
    }
}
