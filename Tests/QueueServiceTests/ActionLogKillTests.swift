import Identity
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// Kills the program while an operator works. Each acknowledged change has one action in one chain.
@Suite(.serialized) struct ActionLogKillTests {
    private static let kills = 5

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills and repetitions every change has one action`(engine: Engine) async throws {
        let database = try await TestDatabase.make(on: engine)
        let keys = "\(database.folder.path)/keys"
        let credential = TestCaller.operator.credential(try KeyFile.create(at: keys))
        let loops = Loops(count: 1)
        defer { loops.stop() }
        var random = SeededGenerator(seed: 17)
        var count: UInt64 = 0
        for run in 0...Self.kills {
            let isLast = run == Self.kills
            let program = try await ServiceProcess.start("QueueService", on: database, keys: keys)
            let client = Client(to: [program.address], on: loops)
            let pause = UInt32.random(in: 20_000...150_000, using: &random)
            async let killed: Void = isLast ? () : Self.kill(program, after: pause, client)
            // All calls again, and then new ones until the program is gone.
            var number: UInt64 = 1
            while !isLast || number <= count, await Self.create(number, client, credential) { number += 1 }
            try await killed
            guard isLast else {
                count = max(count, number)
                continue
            }
            #expect(number == count + 1)
            try await Self.check(client, credential, count: count)
            try await Self.kill(program, after: 0, client)
        }
    }

    /// Returns false if the program is gone.
    private static func create(_ number: UInt64, _ client: Client, _ credential: [UInt8]) async -> Bool {
        let options = CallOptions(timeout: .seconds(20), requestID: .numbered(number), credential: credential)
        let request = CreateRoomRequest(name: "room-\(number)")
        return (try? await QueueClient(client).createRoom(request, options)) != nil
    }

    private static func check(_ client: Client, _ credential: [UInt8], count: UInt64) async throws {
        let options = CallOptions(timeout: .seconds(20), credential: credential)
        let actions = ActionsClient(client)
        // The job of the program chains the last actions.
        while try await actions.listActions(ListActionsRequest(), options).lastSerial < count { await Task.yield() }
        var (ids, after): ([RequestID?], UInt64) = ([], 0)
        while after < count {
            let page = try await actions.listActions(ListActionsRequest(afterSerial: after), options).actions
            ids += page.map(\.requestID)
            after = try #require(page.last?.serial)
        }
        #expect(ids.compactMap { $0 }.sorted() == (1...count).map { .numbered($0) })
        let audit = try await ActionAudit { try await actions.listActions($0, options) }
        #expect(audit.violation == nil)
    }

    /// Ends the client with the program, because its calls would otherwise be repeated until their deadlines.
    private static func kill(_ program: ServiceProcess, after pause: UInt32, _ client: Client) async throws {
        try await program.kill(after: pause)
        await client.shutdown()
    }
}
