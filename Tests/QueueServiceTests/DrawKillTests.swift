import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import TestSupport
import Testing

/// The real program, killed within each step of a draw: one on SQLite, two on PostgreSQL.
@Suite(.serialized) struct DrawKillTests {
    private static let killsOfStep = 3

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills within each step of a draw the order is the same, and the room opens once`(
        engine: Engine
    ) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keyPath = "\(database.folder.path)/keys"
        let keys = try KeyFile.create(at: keyPath)
        let loops = Loops(count: 1)
        defer { loops.stop() }
        var random = SeededGenerator(seed: 23)
        let kills: [Participants.Step?] = Participants.Step.allCases.flatMap { step in
            (0..<Self.killsOfStep).map { _ in step }
        }
        let seen = Recorder<Participants.Seen>()
        for killed in kills + [nil] {
            var programs: [ServiceProcess] = []
            for _ in 0..<engine.instances {
                programs.append(try await .start("QueueService", on: database, keys: keyPath))
            }
            let clients = programs.map { Client(to: [$0.address], on: loops) }
            let participants = try await Participants(clients.map { QueueClient($0) }, keys, seen)
            for step in Participants.Step.allCases where killed.map({ step.rawValue < $0.rawValue }) ?? true {
                try await participants.perform(step)
            }
            if killed == nil { try await participants.check(ActionsClient(clients[0])) }
            await withTaskGroup(of: Void.self) { group in
                if let killed { group.addTask { try? await participants.perform(killed) } }
                for (program, client) in zip(programs, clients) {
                    let pause = UInt32.random(in: 0...(killed?.longestPause ?? 0), using: &random)
                    group.addTask {
                        try? await program.kill(after: pause)
                        await client.shutdown()
                    }
                }
            }
        }
    }
}

/// Users who take part in a draw, and the operator who makes it. Each step can be repeated.
private struct Participants: Sendable {
    enum Step: Int, CaseIterable {
        case join, close, sign, draw, admit

        /// In microseconds: a step ends before it.
        var longestPause: UInt32 { self == .sign ? 1_500_000 : 40_000 }
    }

    /// A place in an answer.
    struct Seen: Sendable {
        let user: Int
        let place: QueueAPI.Place
    }

    private static let count = 12
    private static let activeLimit: UInt32 = 3
    private static let beacon = [UInt8](repeating: 7, count: 48)

    /// One for each instance.
    private let calls: [QueueClient]
    private let keys: KeyFile
    private let seen: Recorder<Seen>
    private let room: RoomID

    init(_ calls: [QueueClient], _ keys: KeyFile, _ seen: Recorder<Seen>) async throws {
        (self.calls, self.keys, self.seen) = (calls, keys, seen)
        let request = CreateRoomRequest(
            name: "sale", limits: RoomLimits(activeLimit: Self.activeLimit, ready: .hours(1)),
            times: RoomTimes(joinsAt: Timestamp(milliseconds: 1)), drawRound: 9)
        room = try await calls[0].createRoom(request, Self.options(.operator, keys, 1)).room.roomID
    }

    private static func options(_ caller: TestCaller, _ keys: KeyFile, _ number: UInt64 = 0) -> CallOptions {
        CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: caller.credential(keys))
    }

    private func options(_ caller: TestCaller, _ number: UInt64 = 0) -> CallOptions {
        Self.options(caller, keys, number)
    }

    func perform(_ step: Step) async throws {
        switch step {
        case .join:
            for user in 0..<Self.count {
                let joining = options(.user(user), UInt64(100 + user))
                let place = try await calls[user % calls.count].join(JoinRequest(roomID: room), joining).place
                seen.add(Seen(user: user, place: place))
            }
        case .close: _ = try await calls[0].closeDraw(CloseDrawRequest(roomID: room), options(.operator))
        case .sign: _ = try await record()
        case .draw:
            let request = DrawRoomRequest(roomID: room, beacon: Self.beacon)
            for calls in calls {
                _ = try await Self.whenSigned { try await calls.drawRoom(request, options(.operator)) }
            }
        case .admit:
            while try await places(by: calls[0]).count(where: { $0.state == .admitted }) < Self.activeLimit {}
        }
    }

    /// Repeats a call until a checkpoint has the closed list.
    private static func whenSigned<Reply>(_ call: () async throws -> Reply) async throws -> Reply {
        while true {
            do { return try await call() } catch let failure as RPCFailure {
                guard failure.isBecause(QueueReason.receiptNotYet) else { throw failure }
            }
        }
    }

    private func record() async throws -> LineDrawRecord {
        let shown = try await Self.whenSigned {
            try await calls[0].showDraw(ShowDrawRequest(roomID: room), options(.alice)).record
        }
        return try #require(LineDrawRecord(shown))
    }

    /// The places by user, once all of them have numbers.
    private func places(by calls: QueueClient) async throws -> [QueueAPI.Place] {
        while true {
            var places: [QueueAPI.Place] = []
            for user in 0..<Self.count {
                let joining = options(.user(user), UInt64(100 + user))
                places.append(try await calls.join(JoinRequest(roomID: room), joining).place)
            }
            guard places.allSatisfy({ $0.serial > 0 }) else { continue }
            for (user, place) in places.enumerated() { seen.add(Seen(user: user, place: place)) }
            return places
        }
    }

    func check(_ actions: ActionsClient) async throws {
        let record = try await record()
        let (list, result) = (try #require(record.list), try #require(record.result))
        let seed = LineDraw.seed(
            of: room, participants: list.count, root: list.root, secret: result.secret, beacon: result.beacon)
        let order = LineDraw.order(seed: seed, count: list.count)
        #expect(list.count == Self.count)
        for calls in calls {
            let places = try await places(by: calls)
            #expect(places.map(\.logIndex).sorted() == Array(1...Int64(Self.count)), "no place is lost")
            for place in places { #expect(place.logIndex == Int64(order[Int(place.serial - 1)]) + 1) }
            #expect(places.filter { $0.state == .admitted }.map(\.serial).sorted() == [1, 2, 3])
            for earlier in seen.all {
                let place = places[earlier.user]
                #expect(earlier.place.placeID == place.placeID && earlier.place.logIndex == place.logIndex)
                #expect(earlier.place.serial == 0 || earlier.place.serial == place.serial, "user \(earlier.user)")
            }
        }
        // The creation, the close and the draw. The job of the program chains them.
        while try await actions.listActions(ListActionsRequest(), options(.operator)).lastSerial < 3 {}
        let methods = try await actions.listActions(ListActionsRequest(), options(.operator)).actions.map(\.method)
        #expect(methods == [QueueMethods.createRoom.name, QueueMethods.closeDraw.name, QueueMethods.drawRoom.name])
    }
}
