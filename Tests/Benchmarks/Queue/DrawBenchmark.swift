import CommandLine
import Kernel
import QueueAPI
import RPC
import TestSupport
import Threads

/// `Benchmarks draw`: the draw of a line, and its log after a restart.
enum DrawBenchmark {
    private static let admin = UserID(high: 1, low: 1)
    private static let receipts = 2000
    private static let compared = 100

    private static let places = Option(
        "places", .integer(in: 1000...2_000_000), default: 1_000_000, "Users who take part in the draw.")
    private static let connections = Option("connections", .integer(in: 1...1000), default: 64, "Connections.")
    private static let url = Option(
        "url", .optional(.text("URL")), default: nil, "An empty database to use instead of a new SQLite file.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "draw", "a draw among 1,000,000 users; its log after a restart: time, memory, receipts",
        [places, connections, url, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let folder = TemporaryFolder()
        let url = configuration[url] ?? "sqlite://\(folder.path)/queue.db"
        let loops = Loops(count: 1)
        defer { loops.stop() }
        var report = Report("draw", ["places": "\(configuration[places])"])
        let drawn = try await Self.drawn(configuration, url, on: loops, &report)
        let started = Monotonic.now
        let after = try WaitingRoom(url: url, loops: 2, sharing: drawn.program)
        defer { after.program.stop() }
        let client = Client(to: [after.program.address], on: loops)
        let receipt = try await Self.receipt(of: drawn.line[0], in: drawn.room, client)
        report.add("first receipt after a restart", (Monotonic.now - started) / .seconds(1), "s")
        report.add("receipt size", Double(receipt.utf8.count), "bytes")
        try await measureReceipts(drawn.line, in: drawn.room, client, after, &report)
        guard try await Self.numbers(of: drawn.line, in: drawn.room, client) == drawn.numbers else {
            throw BenchmarkError("after the restart, users have other numbers")
        }
        await client.shutdown()
        report.show(asJSON: configuration[json])
    }

    private struct Drawn {
        let program: ServedProgram
        let room: RoomID
        let line: [Waiter]
        /// The numbers of the first users.
        let numbers: [Int64]
    }

    /// A drawn room. Its program has been stopped.
    private static func drawn(
        _ configuration: Configuration, _ url: String, on loops: Loops, _ report: inout Report
    ) async throws -> Drawn {
        let waitingRoom = try WaitingRoom(url: url, loops: 2)
        defer { waitingRoom.program.stop() }
        let clients = (0..<configuration[connections]).map { _ in
            Client(to: [waitingRoom.program.address], on: loops)
        }
        let room = try await create(clients[0], waitingRoom)
        let line = try await QueueCallers(waitingRoom, room, clients, on: loops.all[0]).fill(configuration[places])
        let numbers = try await draw(room, line, clients[0], waitingRoom, &report)
        for client in clients { await client.shutdown() }
        return Drawn(program: waitingRoom.program, room: room, line: line, numbers: numbers)
    }

    private static func create(_ client: Client, _ waitingRoom: WaitingRoom) async throws -> RoomID {
        let limits = RoomLimits(activeLimit: 1000, ready: .milliseconds(3_600_000))
        let request = CreateRoomRequest(
            name: "sale", limits: limits, times: RoomTimes(joinsAt: Timestamp(milliseconds: 1)), drawRound: 9)
        return try await QueueClient(client).createRoom(request, waitingRoom.options(admin, .operator)).room.roomID
    }

    /// Closes the list and draws. Returns the numbers of the first users.
    private static func draw(
        _ room: RoomID, _ line: [Waiter], _ client: Client, _ waitingRoom: WaitingRoom, _ report: inout Report
    ) async throws -> [Int64] {
        let calls = QueueClient(client)
        let options = waitingRoom.options(admin, .operator)
        let closed = Monotonic.now
        _ = try await calls.closeDraw(CloseDrawRequest(roomID: room), options)
        _ = try await whenSigned { try await calls.showDraw(ShowDrawRequest(roomID: room), line[0].options) }
        report.add("list signed after its close", (Monotonic.now - closed) / .seconds(1), "s")
        let request = DrawRoomRequest(roomID: room, beacon: [UInt8](repeating: 7, count: 48))
        let drawn = Monotonic.now
        _ = try await calls.drawRoom(request, waitingRoom.options(admin, .operator))
        let opened = Monotonic.now
        report.add("draw", (opened - drawn) / .seconds(1), "s")
        let show = ShowPlaceRequest(roomID: room, placeID: line[0].place)
        while try await calls.showPlace(show, line[0].options).place.admitted == 0 {}
        report.add("first admission after the draw began", (Monotonic.now - drawn) / .seconds(1), "s")
        report.add("memory after the draw", Double(try waitingRoom.program.figures().residentBytes) / 1_048_576, "MiB")
        return try await numbers(of: line, in: room, client)
    }

    private static func numbers(of line: [Waiter], in room: RoomID, _ client: Client) async throws -> [Int64] {
        var numbers: [Int64] = []
        for waiter in line.prefix(compared) {
            let request = ShowPlaceRequest(roomID: room, placeID: waiter.place)
            numbers.append(try await QueueClient(client).showPlace(request, waiter.options).place.serial)
        }
        return numbers
    }

    private static func measureReceipts(
        _ line: [Waiter], in room: RoomID, _ client: Client, _ waitingRoom: WaitingRoom, _ report: inout Report
    ) async throws {
        var latency = Histogram()
        let before = try waitingRoom.program.figures().cpuTime
        for _ in 0..<receipts {
            guard let waiter = line.randomElement() else { continue }
            let began = Monotonic.now
            _ = try await receipt(of: waiter, in: room, client)
            latency.record(UInt64((Monotonic.now - began) / .nanoseconds(1)))
        }
        let after = try waitingRoom.program.figures()
        report.add("server cpu per receipt", (after.cpuTime - before) / .microseconds(1) / Double(receipts), "us")
        report.add("server memory", Double(after.residentBytes) / 1_048_576, "MiB")
        report.add(latency: latency)
    }

    private static func receipt(of waiter: Waiter, in room: RoomID, _ client: Client) async throws -> String {
        let request = ProvePlaceRequest(roomID: room, placeID: waiter.place)
        return try await whenSigned { try await QueueClient(client).provePlace(request, waiter.options).receipt }
    }

    /// Repeats a call until a checkpoint has the place.
    private static func whenSigned<Reply>(_ call: () async throws -> Reply) async throws -> Reply {
        while true {
            do { return try await call() } catch let failure as RPCFailure {
                guard failure.isBecause(QueueReason.receiptNotYet) else { throw failure }
                try await SystemClock().sleep(for: .milliseconds(10))
            }
        }
    }
}
