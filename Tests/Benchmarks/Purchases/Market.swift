import ConcertAPI
import Glibc
import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads
import WalletAPI

/// All three programs, with one date on sale behind an open room. Every instance of a program uses the same database.
final class Market: Sendable {
    private let waitingRooms: [WaitingRoom]
    private let concerts: [ConcertProcess]
    private let wallets: [ServedProgram]
    private let databases: [TestDatabase]
    private let server: pid_t?
    private static let admin = UserID(high: 1, low: 1)

    private var waitingRoom: WaitingRoom { waitingRooms[0] }
    private var concert: ConcertProcess { concerts[0] }
    private var wallet: ServedProgram { wallets[0] }

    init(on engine: Engine, instances: Int, tls: ServedTLS? = nil) throws {
        databases = try engine == .postgreSQL ? (0..<3).map { _ in try TestDatabase(on: engine) } : []
        server = try databases.first.map { try ProcessFigures.postgreSQLServer(at: $0.url) }
        let urls: [String?] = databases.isEmpty ? [nil, nil, nil] : databases.map(\.url)
        let first = try WaitingRoom(url: urls[0], tls: tls)
        waitingRooms = try [first] + (1..<instances).map { _ in try WaitingRoom(url: urls[0], sharing: first.program) }
        concerts = try (0..<instances).map { _ in try ConcertProcess(url: urls[1], sharing: first.program) }
        let queueAddresses = waitingRooms.map { "\($0.program.address)" }.joined(separator: ",")
        let concertAddresses = concerts.map { "\($0.program.address)" }.joined(separator: ",")
        wallets = try (0..<instances).map { _ in
            try ServedProgram(
                "WalletService", url: urls[2], sharing: first.program,
                arguments: ["--concert", concertAddresses, "--queue", queueAddresses, "--top-up-by", "user"])
        }
    }

    func stop() {
        for (_, programs) in programs { for program in programs { program.stop() } }
    }

    /// The instances of each program.
    var programs: [(name: String, instances: [ServedProgram])] {
        [("queue", waitingRooms.map(\.program)), ("concert", concerts.map(\.program)), ("wallet", wallets)]
    }

    /// The processor time of each program, of the PostgreSQL server if there is one, and of this client.
    func processorTimes() throws -> [(name: String, time: ProcessorTime)] {
        let programs = try programs.map { ($0.name, try ProcessorTime(of: $0.instances.map(\.id), andThis: false)) }
        let server = try server.map { [("postgresql", try ProcessorTime(ofServer: $0))] } ?? []
        return programs + server + [("client", try ProcessorTime(of: []))]
    }

    /// Returns a client of each instance.
    func connect(on loop: EventLoop, _ loops: Loops) throws -> [MarketClients] {
        let network = try waitingRoom.program.network(on: loops)
        func client(to program: ServedProgram) -> Client {
            Client(to: [program.address], on: Loops(driven: [loop]), network: network)
        }
        return wallets.indices.map { instance in
            MarketClients(
                queue: client(to: waitingRooms[instance].program), concert: client(to: concerts[instance].program),
                wallet: client(to: wallets[instance]))
        }
    }

    /// Adds a date that requires no pass.
    func openSale(seats: Int, named name: String = "sale", _ clients: MarketClients) async throws -> Sale {
        try await concert.open(name, seats: seats, behind: nil, on: clients.concert, now: SystemClock().now)
    }

    /// Adds a room that admits at once, and a date behind it.
    func openRoomAndSale(seats: Int, _ clients: MarketClients) async throws -> (room: RoomID, sale: Sale) {
        let room = try await waitingRoom.create(clients.queue, rate: 0)
        try await waitingRoom.open(room, clients.queue)
        let sale = try await concert.open(
            "sale", seats: seats, behind: room, on: clients.concert, now: SystemClock().now)
        return (room, sale)
    }

    /// Begins to cancel a date.
    func cancel(_ sale: Sale, _ clients: MarketClients) async throws {
        let calls = ConcertClient(clients.concert)
        var request = CancelDateRequest(concertID: sale.concert, scheduleID: sale.schedule, reason: "benchmark")
        request.confirmation = try await calls.cancelDate(request, wallet.options(Self.admin, .operator)).confirmation
        _ = try await calls.cancelDate(request, wallet.options(Self.admin, .operator))
    }

    /// True if every seat of a cancelled date is blocked.
    func isCancelled(_ sale: Sale, _ clients: MarketClients) async throws -> Bool {
        let request = CancelDateRequest(concertID: sale.concert, scheduleID: sale.schedule, reason: "benchmark")
        let reply = try await ConcertClient(clients.concert).cancelDate(request, wallet.options(Self.admin, .operator))
        return reply.finishedAt != nil
    }

    /// The number of refunds that the wallet has not paid, at most one page.
    func refundsDue(_ clients: MarketClients) async throws -> Int {
        let request = ListRefundsDueRequest(understandsParts: true)
        return try await ConcertClient(clients.concert).listRefundsDue(
            request, wallet.options(Self.admin, .service)
        ).refunds.count
    }

    /// Waits until `count` places have ended.
    func finish(_ count: UInt64, in room: RoomID, _ clients: MarketClients) async throws {
        func isOver() async throws -> Bool {
            let reply = try await QueueClient(clients.queue).showRoom(
                ShowRoomRequest(roomID: room), wallet.options(Self.admin, .operator))
            return reply.finishedCount >= count
        }
        while try await !isOver() { try await SystemClock().sleep(for: .milliseconds(50)) }
    }

    /// Audits the wallets; throws if payments are pending or an account is inconsistent.
    func audit(_ clients: MarketClients) async throws {
        let reply = try await WalletClient(clients.wallet).audit(
            AuditRequest(), wallet.options(Self.admin, .operator, timeout: .minutes(5)))
        guard reply.violation.isEmpty, reply.pendingPaymentCount == 0 else {
            throw BenchmarkError(
                "\(reply.pendingPaymentCount) payments are pending; the audit reports: \(reply.violation)")
        }
    }

    func credential(_ user: UserID) -> [UInt8] { wallet.credential(user, .user) }
}

/// A client of one instance of each service.
struct MarketClients: Sendable {
    let queue: Client
    let concert: Client
    let wallet: Client

    func shutdown() async {
        for client in [queue, concert, wallet] { await client.shutdown() }
    }
}
