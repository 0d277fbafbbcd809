import ConcertAPI
import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads
import WalletAPI

/// All three programs on SQLite, with one date on sale behind an open room.
final class Market: Sendable {
    private let waitingRoom: WaitingRoom
    private let concert: ConcertProcess
    private let wallet: ServedProgram
    private static let admin = UserID(high: 1, low: 1)

    init() throws {
        waitingRoom = try WaitingRoom()
        concert = try ConcertProcess(sharing: waitingRoom.program)
        wallet = try ServedProgram(
            "WalletService", sharing: waitingRoom.program,
            arguments: [
                "--concert", "\(concert.program.address)", "--queue", "\(waitingRoom.program.address)",
                "--top-up-by", "user",
            ])
    }

    func stop() {
        for program in programs { program.stop() }
    }

    var programs: [ServedProgram] { [waitingRoom.program, concert.program, wallet] }

    func processorTime() throws -> ProcessorTime { try ProcessorTime(of: programs.map(\.id)) }

    func connect(on loop: EventLoop, _ loops: Loops) -> MarketClients {
        func client(to program: ServedProgram) -> Client {
            Client(to: [program.address], on: Loops(driven: [loop]), network: TCP(on: loops))
        }
        return MarketClients(
            queue: client(to: waitingRoom.program), concert: client(to: concert.program), wallet: client(to: wallet))
    }

    /// Adds a date that requires no pass.
    func openSale(seats: Int, _ clients: MarketClients) async throws -> Sale {
        try await concert.open("sale", seats: seats, behind: nil, on: clients.concert, now: SystemClock().now)
    }

    /// Adds a room that admits at once, and a date behind it.
    func openRoomAndSale(seats: Int, _ clients: MarketClients) async throws -> (room: [UInt8], sale: Sale) {
        let room = try await waitingRoom.create(clients.queue, rate: 0)
        try await waitingRoom.open(room, clients.queue)
        let sale = try await concert.open(
            "sale", seats: seats, behind: RoomID(bytes: room), on: clients.concert, now: SystemClock().now)
        return (room, sale)
    }

    func finishedCount(in room: [UInt8], _ clients: MarketClients) async throws -> Int {
        let reply = try await QueueClient(clients.queue).showRoom(
            ShowRoomRequest(roomID: room), wallet.options(Self.admin, .operator))
        return Int(reply.finishedCount)
    }

    /// Audits the wallets; throws if payments are pending or an account is inconsistent.
    func audit(_ clients: MarketClients) async throws {
        let reply = try await WalletClient(clients.wallet).audit(
            AuditRequest(), wallet.options(Self.admin, .operator, timeout: .minutes(5)))
        guard reply.misfit.isEmpty, reply.pendingPaymentCount == 0 else {
            throw BenchmarkError(
                "\(reply.pendingPaymentCount) payments are pending; the audit reports: \(reply.misfit)")
        }
    }

    func credential(_ user: UserID) -> [UInt8] { wallet.credential(user, .user) }
}

/// A client of each service.
struct MarketClients: Sendable {
    let queue: Client
    let concert: Client
    let wallet: Client

    func shutdown() async {
        for client in [queue, concert, wallet] { await client.shutdown() }
    }
}
