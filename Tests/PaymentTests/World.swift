import ConcertAPI
import ConcertService
import Identity
import Kernel
import RPC
import TestSupport
import WalletAPI
import WalletService

/// The real servers of both services in one thread, with a simulated clock, network and disks. A concert has three
/// seats for 30.00 EUR each, held for ten seconds. Two users have little money.
final class World: @unchecked Sendable {
    // Sound because: only the simulation's thread uses it.

    static let seats = ["1", "2", "3"]
    static let price: UInt64 = 3000
    static let hold = Duration.seconds(10)

    let seed: UInt64
    let simulation: Simulation
    let wallet: SimulatedProgram
    let concert: SimulatedProgram
    let payers: [TestCaller] = [.alice, .bob]
    private(set) var concertID = ConcertID(high: 0, low: 0)
    private(set) var scheduleID = ScheduleID(high: 0, low: 0)
    /// True while faults are injected.
    var isOpen = false
    private let keys = KeyFile.random()
    private let toWallet: Client
    private let toConcert: Client
    private let strayToWallet: Client
    private let strayToConcert: Client

    init(seed: UInt64) throws {
        let addresses = [Address.loopback(7003), .loopback(7002)]
        self.seed = seed
        simulation = Simulation(seed: seed)
        wallet = try SimulatedProgram(
            .wallet, at: addresses[0], in: simulation, keys: keys,
            arguments: ["--concert", "\(addresses[1])", "--top-up-by", "user"])
        concert = try SimulatedProgram(.concert, at: addresses[1], in: simulation, keys: keys)
        let clients = (0..<4).map { [simulation] number in
            var settings = ClientSettings()
            settings.seed = seed
            return Client(
                to: [addresses[number % 2]], on: simulation.loops, network: simulation.network, settings: settings)
        }
        (toWallet, toConcert, strayToWallet, strayToConcert) = (clients[0], clients[1], clients[2], clients[3])
    }

    var walletCalls: WalletClient { WalletClient(toWallet) }
    var concertCalls: ConcertClient { ConcertClient(toConcert) }

    func options(_ caller: TestCaller, _ number: UInt64? = nil, timeout: Duration = .seconds(5)) -> CallOptions {
        CallOptions(
            timeout: timeout, requestID: number.map { .numbered($0) }, credential: caller.credential(keys))
    }

    /// Starts both services, creates the sale and tops up the users' wallets.
    func open(money: [UInt64]) throws {
        try wallet.start()
        try concert.start()
        try simulation.run { [self] in
            let made = try await concertCalls.createConcert(
                CreateConcertRequest(name: "moon-tour", title: "Moon Tour", host: "The Moons", currency: "EUR"),
                options(.operator, 1))
            concertID = made.concert.concertID
            let added = try await concertCalls.addSchedule(
                AddScheduleRequest(concertID: concertID, settings: .tonight), options(.operator, 2))
            scheduleID = added.schedule.scheduleID
            let offer = SeatOffer(
                seats: SeatRange(firstNumber: 1, lastNumber: UInt32(Self.seats.count)), grade: "A", price: Self.price)
            _ = try await concertCalls.setSeats(
                SetSeatsRequest(concertID: concertID, scheduleID: scheduleID, offers: [offer]), options(.operator, 3))
            for (payer, amount) in zip(payers, money) {
                _ = try await walletCalls.topUp(TopUpRequest(amount: amount, currency: "EUR"), options(payer, 4))
            }
        }
    }

    /// Sets the return policy of the date. An answer may be lost.
    func setPolicy(_ steps: [ReturnStep], until: Timestamp?, number: UInt64) async {
        let list = ListSchedulesRequest(concertID: concertID)
        guard let date = try? await concertCalls.listSchedules(list, options(.operator)).schedules.first else { return }
        let request = SetReturnPolicyRequest(
            concertID: concertID, scheduleID: scheduleID, steps: steps, cancelUntil: until, version: date.version)
        _ = try? await concertCalls.setReturnPolicy(request, options(.operator, number))
    }

    /// Cancels the date, in the middle of everything. Repeats the call until it has an answer.
    func cancelDate() async {
        var request = CancelDateRequest(concertID: concertID, scheduleID: scheduleID, reason: "fog")
        for _ in 1...10 {
            guard let preview = try? await concertCalls.cancelDate(request, options(.operator, 950)) else { continue }
            guard preview.cancelledAt == nil else { return }
            request.confirmation = preview.confirmation
            _ = try? await concertCalls.cancelDate(request, options(.operator, 951))
            request.confirmation = ""
        }
    }

    /// Repeats a request over another connection. The answer is dropped.
    func send(_ request: Envelope, to address: Address) async {
        let (client, service) =
            address == wallet.address
            ? (strayToWallet, WalletMethods.service) : (strayToConcert, ConcertMethods.service)
        guard let method = service.methods.first(where: { $0.name == request.method }) else { return }
        let options = CallOptions(
            timeout: .seconds(2), requestID: RequestID(bytes: request.requestID), credential: request.credential)
        _ = try? await client.callRaw(method, payload: request.payload, options)
    }

    func end() {
        simulation.start { [self] in
            for client in [toWallet, toConcert, strayToWallet, strayToConcert] { await client.shutdown() }
        }
        simulation.run(for: .seconds(1))
        wallet.end()
        concert.end()
    }
}

extension ScheduleSettings {
    fileprivate static let tonight = ScheduleSettings(
        name: "tonight", startsAt: noon(.hours(24)), endsAt: noon(.hours(26)), saleOpensAt: noon(.hours(-2)),
        saleClosesAt: noon(.hours(24)), cancelUntil: noon(.hours(24)), seatsPerUser: 40,
        hold: World.hold)

    private static func noon(_ later: Duration) -> Timestamp { Timestamp.noon + later }
}
