import ConcertAPI
import Kernel
import QueueAPI
import RPC
import Telemetry
import TestSupport
import Threads
import WalletAPI

/// Buyers on one event loop. Each is a new user with money and a credential.
final class Buyers: @unchecked Sendable {
    // Safe because only tasks on the loop use the mutable state.

    /// The number of seats that a buyer pays for, one after the other.
    static let seatsEach = 4

    /// How long, and how fast, buyers buy.
    struct Pace: Sendable {
        var duration = Duration.minutes(60)
        /// Maximum of purchases.
        var count = Int.max
        /// Maximum of buyers at the same time.
        let inFlight: Int
        /// The number of purchases that begin in a second. With 0, each buyer begins the next purchase after the last one.
        var rate = 0
    }

    private struct Held {
        let credential: [UInt8]
        let reservation: Reservation
    }

    private let market: Market
    private let clients: [MarketClients]
    private let loop: EventLoop
    private let seed: UInt64
    /// Makes ids.
    private var random = SeededGenerator(seed: 1)
    private var users: [[UInt8]] = []
    private var held: [Held] = []
    /// The seats that are not taken yet, in random order.
    private var seats: [Int] = []
    private var latency = Histogram()

    /// Spreads the buyers over `clients`. The choice of users and seats depends on `seed` only.
    init(_ market: Market, _ clients: [MarketClients], seed: UInt64, on loop: EventLoop) {
        self.market = market
        self.clients = clients
        self.loop = loop
        self.seed = seed
    }

    /// Creates `count` users with money for their seats.
    func addUsers(_ count: Int) async throws {
        let each = UInt64(Self.seatsEach) * Sale.price
        await prepare { buyers in buyers.users = Array(repeating: [], count: count) }
        try await onLoop(inFlight: 256, times: count) { buyers, number in
            let credential = buyers.market.credential(UserID.make(at: SystemClock().now, using: &buyers.random))
            let request = TopUpRequest(amount: each, currency: "EUR")
            _ = try await WalletClient(buyers.clients(of: number).wallet).topUp(request, buyers.options(credential))
            buyers.users[number] = credential
        }
        await shuffle(seats: 0)
    }

    /// Reserves random seats for each user, with one reservation per seat.
    func reserve(_ sale: Sale) async throws {
        await shuffle(seats: sale.seats)
        try await onLoop(inFlight: 256, times: users.count * Self.seatsEach) { buyers, number in
            let credential = buyers.users[number / Self.seatsEach]
            let reply = try await ConcertClient(buyers.clients(of: number).concert).reserveSeats(
                sale.request([buyers.seats[number]], pass: []), buyers.options(credential))
            buyers.held.append(Held(credential: credential, reservation: reply.reservation))
        }
        await shuffle(seats: 0)
    }

    /// Pays for held seats.
    func pay(_ pace: Pace) async throws -> (latency: Histogram, seconds: Double) {
        try await measure(pace) { buyers, number in
            guard let next = buyers.held.popLast() else {
                throw BenchmarkError("all prepared reservations are paid: raise --among or --reserved")
            }
            try await buyers.pay(for: next.reservation, next.credential, buyers.clients(of: number))
        }
    }

    /// Chooses the order in which `buy` uses users and seats.
    func choose(seatsOf sale: Sale) async { await shuffle(seats: sale.seats) }

    /// Makes whole purchases: join, admission, reservation of a seat, payment.
    func buy(
        _ sale: Sale, behind room: RoomID, _ pace: Pace
    ) async throws -> (latency: Histogram, seconds: Double) {
        try await measure(pace) { buyers, number in
            guard let credential = buyers.users.popLast(), let seat = buyers.seats.popLast() else {
                throw BenchmarkError("no prepared users or seats are left: raise --among")
            }
            let clients = buyers.clients(of: number)
            let queue = QueueClient(clients.queue)
            let place = try await queue.join(JoinRequest(roomID: room), buyers.options(credential)).place.placeID
            let pass = try await queue.renew(
                RenewRequest(roomID: room, placeID: place), buyers.options(credential)
            ).pass
            let reply = try await ConcertClient(clients.concert).reserveSeats(
                sale.request([seat], pass: pass), buyers.options(credential))
            try await buyers.pay(for: reply.reservation, credential, clients)
        }
    }

    /// Chooses the order in which users, seats and reservations are used.
    private func shuffle(seats count: Int) async {
        await prepare { buyers in
            var random = SeededGenerator(seed: buyers.seed)
            buyers.users.shuffle(using: &random)
            buyers.held.shuffle(using: &random)
            buyers.seats = (0..<count).shuffled(using: &random)
        }
    }

    private func prepare(_ body: @escaping @Sendable (Buyers) -> Void) async {
        await Task(executorPreference: loop) { [self] in body(self) }.value
    }

    /// All calls of one purchase use the same instances.
    private func clients(of number: Int) -> MarketClients { clients[number % clients.count] }

    private func pay(
        for reservation: Reservation, _ credential: [UInt8], _ clients: MarketClients
    ) async throws {
        let request = PayRequest(
            paymentID: PaymentID.make(at: SystemClock().now, using: &random),
            concertID: reservation.concertID, reservationID: reservation.reservationID, amount: reservation.amount,
            currency: reservation.currency)
        let payment = try await WalletClient(clients.wallet).pay(request, options(credential)).payment
        guard payment.outcome == .paid else {
            throw BenchmarkError("a payment is not paid: \(payment)")
        }
    }

    private func options(_ credential: [UInt8]) -> CallOptions {
        CallOptions(
            timeout: .minutes(1), requestID: .make(at: SystemClock().now, using: &random), credential: credential)
    }

    private func measure(
        _ pace: Pace, _ body: @escaping @Sendable (Buyers, Int) async throws -> Void
    ) async throws -> (latency: Histogram, seconds: Double) {
        let start = Monotonic.now
        let end = start + pace.duration
        let pacer = pace.rate == 0 ? nil : Pacer(rate: pace.rate, from: start, until: end)
        pacer?.start()
        try await onLoop(inFlight: pace.inFlight, times: pace.count) { buyers, number in
            // In an open loop, latency counts from the time when the purchase was due.
            guard let began = pacer == nil ? Monotonic.now : await pacer?.next(), began < end else { throw TimeIsUp() }
            try await body(buyers, number)
            buyers.latency.record(Monotonic.now.nanoseconds - began.nanoseconds)
        }
        return (await Task(executorPreference: loop) { [self] in latency }.value, (Monotonic.now - start) / .seconds(1))
    }

    /// Ends the loop of a task at the end of the measurement.
    private struct TimeIsUp: Error {}

    private var left = 0
    private var begun = 0

    private func onLoop(
        inFlight: Int, times: Int, _ body: @escaping @Sendable (Buyers, Int) async throws -> Void
    ) async throws {
        await prepare { buyers in (buyers.left, buyers.begun) = (times, 0) }
        let tasks = (0..<inFlight).map { _ in
            Task(executorPreference: loop) { [self] in
                while left > 0 {
                    left -= 1
                    begun += 1
                    do { try await body(self, begun - 1) } catch is TimeIsUp { return }
                }
            }
        }
        for task in tasks { try await task.value }
    }
}
