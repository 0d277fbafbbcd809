import ConcertAPI
import Kernel
import RPC
import TestSupport
import WalletAPI

/// One user who buys seats: reserves, pays, repeats calls, cancels, and makes every mistake of a client. The seed
/// determines all actions.
struct Visit: Sendable {
    let world: World
    let number: UInt64
    let visitCount: UInt64
    /// Called with each answer that the payer receives.
    let received: @Sendable (Payment) -> Void

    private var reservation: UInt64 { 1000 * number }

    func run(seed: UInt64) async {
        var random = SeededGenerator(seed: seed &* 1000 &+ number)
        let caller = world.payers.randomElement(using: &random)!
        var seats = World.seats.shuffled(using: &random)
        seats.removeLast(Double.random(in: 0..<1, using: &random) < 0.6 ? 2 : 1)
        await pause(0...10_000, &random)
        // Most users pay after they have the seats.
        let isHasty = Double.random(in: 0..<1, using: &random) < 0.25
        if !isHasty { await reserve(seats, caller, &random) }
        let amount = UInt64(seats.count) * World.price
        let paymentCount: UInt64 = Double.random(in: 0..<1, using: &random) < 0.4 ? 2 : 1
        await withTaskGroup { [seats, random] group in
            if isHasty {
                group.addTask {
                    var random = random.fork(7)
                    await pause(0...4000, &random)
                    await reserve(seats, caller, &random)
                }
            }
            for payment in 1...paymentCount {
                group.addTask {
                    var random = random.fork(payment)
                    await pay(reservation + payment, amount, caller, &random)
                }
            }
            group.addTask {
                var random = random.fork(8)
                await release(caller, &random)
            }
            group.addTask {
                var random = random.fork(9)
                await giveBack(seats, caller, &random)
            }
        }
    }

    private func reserve(_ seats: [String], _ caller: TestCaller, _ random: inout SeededGenerator) async {
        let request = ReserveSeatsRequest(
            concertID: world.concertID, scheduleID: world.scheduleID, choice: .seats(SeatNames(names: seats)))
        for _ in 1...3 {
            let options = world.options(caller, reservation, timeout: .seconds(2))
            if (try? await world.concertCalls.reserveSeats(request, options)) != nil { return }
            await pause(0...4000, &random)
        }
    }

    private func pay(_ id: UInt64, _ amount: UInt64, _ caller: TestCaller, _ random: inout SeededGenerator) async {
        let isOdd = Double.random(in: 0..<1, using: &random)
        var request = PayRequest(
            paymentID: .numbered(id), concertID: world.concertID,
            reservationID: .numbered(reservation), amount: amount, currency: "EUR")
        if isOdd < 0.06 { request.amount -= 1 }
        if (0.06..<0.12).contains(isOdd) {
            request.reservationID = .numbered(1000 * UInt64.random(in: 1...visitCount, using: &random))
        }
        let isLate = Double.random(in: 0..<1, using: &random) < 0.2
        await pause(isLate ? 7000...12_000 : 0...1500, &random)
        let isCancelled = Double.random(in: 0..<1, using: &random) < 0.4
        await withTaskGroup { [request, random] group in
            group.addTask {
                var random = random.fork(1)
                await payRepeatedly(request, caller, &random)
            }
            guard isCancelled else { return }
            for number: UInt64 in 2...3 {
                group.addTask {
                    var random = random.fork(number)
                    await pause(0...3000, &random)
                    await cancel(id, caller)
                }
            }
        }
    }

    /// Repeats the call until the payment is decided, at most three times.
    private func payRepeatedly(_ request: PayRequest, _ caller: TestCaller, _ random: inout SeededGenerator) async {
        for _ in 1...3 {
            let timeout = Duration.milliseconds(Int64.random(in: 150...4000, using: &random))
            if let payment = try? await world.walletCalls.pay(request, world.options(caller, timeout: timeout))
                .payment
            {
                received(payment)
                if payment.outcome != .pending { break }
            }
            await pause(0...3000, &random)
        }
        guard Double.random(in: 0..<1, using: &random) < 0.1 else { return }
        var other = request
        other.amount += 1
        if let payment = try? await world.walletCalls.pay(other, world.options(caller)).payment { received(payment) }
    }

    private func cancel(_ id: UInt64, _ caller: TestCaller) async {
        let request = CancelPaymentRequest(paymentID: .numbered(id))
        let options = world.options(caller, timeout: .seconds(3))
        if let payment = try? await world.walletCalls.cancelPayment(request, options).payment { received(payment) }
    }

    private func release(_ caller: TestCaller, _ random: inout SeededGenerator) async {
        guard Double.random(in: 0..<1, using: &random) < 0.25 else { return }
        await pause(0...6000, &random)
        let request = ReleaseReservationRequest(
            concertID: world.concertID, reservationID: .numbered(reservation))
        _ = try? await world.concertCalls.releaseReservation(request, world.options(caller))
    }

    /// Returns some seats one by one, perhaps twice, and then perhaps the rest.
    private func giveBack(_ seats: [String], _ caller: TestCaller, _ random: inout SeededGenerator) async {
        guard Double.random(in: 0..<1, using: &random) < 0.6 else { return }
        // Some use the same request id for all returns.
        let number = Double.random(in: 0..<1, using: &random) < 0.2 ? 9 : reservation + 9
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let request = CancelTicketsRequest(
                concertID: world.concertID, reservationID: .numbered(reservation),
                seats: [seats.randomElement(using: &random)!],
                leastAmount: Bool.random(using: &random) ? 0 : World.price / 2)
            await pause(300...5000, &random)
            let id = number == 9 ? 9 : reservation + UInt64.random(in: 11...13, using: &random)
            _ = try? await world.concertCalls.cancelTickets(request, world.options(caller, id, timeout: .seconds(2)))
        }
        guard Bool.random(using: &random) else { return }
        let request = CancelReservationRequest(
            concertID: world.concertID, reservationID: .numbered(reservation))
        for _ in 1...3 {
            await pause(300...5000, &random)
            let options = world.options(caller, number, timeout: .seconds(2))
            if (try? await world.concertCalls.cancelReservation(request, options)) != nil { return }
        }
    }

    private func pause(_ milliseconds: ClosedRange<Int64>, _ random: inout SeededGenerator) async {
        try? await world.simulation.clock.sleep(for: .milliseconds(Int64.random(in: milliseconds, using: &random)))
    }
}

extension SeededGenerator {
    /// Returns a separate generator for a concurrent task.
    fileprivate func fork(_ number: UInt64) -> SeededGenerator {
        var copy = self
        return SeededGenerator(seed: copy.next() &+ number)
    }
}
