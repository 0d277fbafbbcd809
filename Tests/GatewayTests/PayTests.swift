import ConcertAPI
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// `gateway pay` before a wallet service that answers as a test says.
struct PayTests {
    private static let reservation = Memory.Reservation(
        concert: ConcertID(high: 1, low: 1), reservation: ReservationID(high: 2, low: 1))

    /// How `gateway pay` ends, and the payments that it sent. `answer` is given the number of the try.
    private func pay(
        _ answer: @escaping @Sendable (Int) throws -> PaymentView
    ) async throws -> (typed: Typed, sent: [[UInt8]], memory: Memory) {
        let sent = Mutex<[[UInt8]]>([])
        let concert = Route(ConcertMethods.showReservation) { _, _ in
            ShowReservationReply(
                reservation: ReservationEntry(
                    reservationID: Self.reservation.reservation.bytes, concertID: Self.reservation.concert.bytes,
                    state: .held, seats: ["A-1-1"], amount: 8900, currency: "EUR"))
        }
        let wallet = Route(WalletMethods.pay) { request, _ in
            let number = sent.withLock {
                $0.append(request.paymentID)
                return $0.count
            }
            var view = try answer(number)
            (view.paymentID, view.amount, view.currency) = (request.paymentID, request.amount, request.currency)
            return PayReply(payment: view)
        }
        var outcome: (typed: Typed, memory: Memory)?
        try await Scripted.with(concert: [concert], wallet: [wallet]) { services in
            try services.remember { $0.remember(Self.reservation) }
            outcome = (try await services.gatewayWithoutPauses("pay"), try services.memory)
        }
        let (typed, memory) = try #require(outcome)
        return (typed, sent.withLock { $0 }, memory)
    }

    @Test(arguments: [
        NotPaidReason.noAccount, .insufficient, .cancelled, .holdExpired, .reservationGone, .alreadySold, .mismatch,
    ])
    func `a payment that came to nothing is a refusal, whatever the reason`(reason: NotPaidReason) async throws {
        let (typed, sent, memory) = try await pay { _ in PaymentView(outcome: .notPaid, reason: reason) }
        #expect(typed.exit == .refused && typed.output.isEmpty, "\(typed)")
        #expect(sent.count == 1)
        #expect(memory.payments.isEmpty, "the next try is another payment")
    }

    @Test func `a payment whose answer is lost is sent again by the same command`() async throws {
        let (typed, sent, memory) = try await pay { number in
            guard number > 1 else { throw RPCFailure(.unknown, "LOST", "the answer was lost").indefinite }
            return PaymentView(outcome: .paid)
        }
        #expect(typed.exit == .done, "\(typed)")
        #expect(sent.count == 2 && Set(sent).count == 1)
        #expect(memory.payments.map(\.isOpen) == [false])
    }

    @Test func `a payment that is refused is not sent again`() async throws {
        let (typed, sent, _) = try await pay { _ in throw RPCFailure(.failedPrecondition, "CONCERT_HALTED", "halted") }
        #expect(typed.exit == .refused, "\(typed)")
        #expect(sent.count == 1)
    }
}
