import ConcertAPI
import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import Threads
import WalletAPI

struct PaymentsTests {
    private static let held = Reservation(
        reservationID: ReservationID(high: 2, low: 1), concertID: ConcertID(high: 1, low: 1),
        scheduleID: ScheduleID(high: 4, low: 1), state: .held, amount: 8900, currency: "EUR", reservedAt: .noon,
        deadline: .noon + .minutes(5))

    @Test func `a payment without a decision stays recorded, and is sent again`() async throws {
        let sent = Lock<[PaymentID]>([])
        let pay = Route(WalletMethods.pay) { request, _ in
            sent.withLock { $0.append(request.paymentID) }
            return PayReply(payment: Payment(paymentID: request.paymentID, outcome: .pending, askAgain: .minutes(2)))
        }
        try await StubCaller.with(pay) { stub in
            for _ in 1...2 {
                let error = await #expect(throws: JourneyError.self) { try await Payments(stub.caller).pay(Self.held) }
                guard case .paymentPending(nil) = error else { throw error ?? .noneOf(.payment) }
            }
            #expect(stub.recorded.payments.map(\.isOpen) == [true])
        }
        #expect(sent.withLock { $0.count == 2 && Set($0).count == 1 })
    }

    @Test func `a cancelled payment ends at once, and stays recorded`() async throws {
        let gate = Gate()
        let pay = Route(WalletMethods.pay) { request, _ in
            try await onThread { gate.pass() }
            return PayReply(payment: Payment(paymentID: request.paymentID, outcome: .pending))
        }
        try await StubCaller.with(pay) { stub in
            let hasEnded = Lock(false)
            let paying = Task {
                defer { hasEnded.withLock { $0 = true } }
                return try await Payments(stub.caller).pay(Self.held)
            }
            try await gate.reached()
            paying.cancel()
            gate.open()
            try await eventually("the payment ends or is repeated") {
                hasEnded.withLock { $0 } || stub.begunCount > 1
            }
            // The time-out also ends a payment that is repeated.
            stub.clock.advance(by: .minutes(2))
            let error = await #expect(throws: JourneyError.self) { try await paying.value }
            guard case .paymentPending = error else { throw error ?? .noneOf(.payment) }
            #expect(stub.begunCount == 1)
            #expect(stub.recorded.payments.map(\.isOpen) == [true])
        }
    }

    @Test func `a payment without enough money names the missing amount`() async throws {
        let pay = Route(WalletMethods.pay) { request, _ in
            PayReply(
                payment: Payment(
                    paymentID: request.paymentID, outcome: .notPaid, reason: .insufficient, amount: request.amount,
                    currency: request.currency))
        }
        let balance = Route(WalletMethods.showBalance) { _, _ in
            ShowBalanceReply(balances: [Balance(currency: "EUR", available: 900)])
        }
        try await StubCaller.with(pay, balance) { stub in
            let error = await #expect(throws: JourneyError.self) { try await Payments(stub.caller).pay(Self.held) }
            guard case .notPaid(_, let shortfall?) = error else { throw error ?? .noneOf(.payment) }
            #expect(shortfall.missing == 8000 && shortfall.currency == "EUR")
            #expect(stub.recorded.payments.isEmpty, "the next attempt is a new payment")
        }
    }

    @Test(arguments: [ReservationState.released, .expired, .returned])
    func `a reservation that has ended cannot be paid`(state: ReservationState) async throws {
        try await StubCaller.with { stub in
            var ended = Self.held
            ended.state = state
            let error = await #expect(throws: JourneyError.self) { try await Payments(stub.caller).pay(ended) }
            guard case .nothingToPay = error else { throw error ?? .noneOf(.payment) }
        }
    }

    @Test func `the payment without an outcome is paid first, and is found without its id`() async throws {
        try await StubCaller.with(
            Route(ConcertMethods.showReservation) { request, _ in
                var reservation = Self.held
                reservation.reservationID = request.reservationID
                return ShowReservationReply(reservation: reservation)
            }
        ) { stub in
            let concert = ConcertID(high: 1, low: 1)
            let begun = RecentActivity.Reservation(concert: concert, reservation: ReservationID(high: 2, low: 1))
            let payment = PaymentID(high: 3, low: 1)
            _ = try stub.caller.records.update { try $0.payment(for: begun, orBegin: payment) }
            try stub.caller.records.update {
                $0.add(.init(concert: concert, reservation: ReservationID(high: 2, low: 9)))
            }
            let payments = Payments(stub.caller)
            #expect(try await payments.reservationToPay(nil).reservationID == begun.reservation)
            #expect(try await payments.id(nil) == payment)
        }
    }
}
