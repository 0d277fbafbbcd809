import Database
import Glibc
import Identity
import Kernel
import LineLog
import QueueAPI
import RPC
import Telemetry
import TestSupport
import Testing

@testable import QueueService

/// The job that signs checkpoints.
@Suite struct CheckpointsTests {
    @Test(arguments: Engine.available) func `a room has at most one checkpoint a second`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            _ = try await waiting.join(.alice, request: 10)
            try await waiting.log()
            _ = try await waiting.join(.bob, request: 11)
            try await waiting.service.run("checkpoints")
            #expect(try await waiting.checkpoint().size == 1)
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 2)
        }
    }

    @Test(arguments: Engine.available) func `an admission without a join gets a checkpoint of the same root`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            let bob = try await waiting.join(.bob, request: 11)
            try await waiting.log()
            let early = try await waiting.receipt(.bob, bob)
            _ = try await waiting.leave(.alice, alice)
            try await waiting.pass(.seconds(1))
            try await waiting.log()
            let late = try await waiting.receipt(.bob, bob)
            #expect(early.checkpoint.admitted == 1 && late.checkpoint.admitted == 2)
            #expect(early.checkpoint.root == late.checkpoint.root)
            _ = try LineAudit(early, late, publicKeys: waiting.linePublicKeys)
        }
    }

    @Test(arguments: Engine.available) func `the last places of a closed room are logged`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            try await waiting.log()
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            try await waiting.pass(.seconds(1))
            try await waiting.log()
            #expect(try await waiting.receipt(.alice, alice).checkpoint.size == 1)
        }
    }

    @Test(arguments: Engine.available) func `a log that has left the memory is read again for a caller`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            try await waiting.pass(.seconds(1))
            try await waiting.log()
            waiting.service.clock.advance(by: .minutes(11))
            try await waiting.log()
            try await refused("RECEIPT_NOT_YET") { _ = try await waiting.receipt(.alice, alice) }
            try await waiting.log()
            _ = try await waiting.receipt(.alice, alice)
        }
    }

    @Test(arguments: Engine.available) func `nothing is signed for rows that contradict the published checkpoint`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            for user in 0..<5 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
            try await waiting.log()
            try await waiting.restore(to: 3)
            let late = try await waiting.join(.alice, request: 30)
            try await waiting.log()
            try await refused("LINE_FORKED") { _ = try await waiting.receipt(.alice, late) }
            try await refused("LINE_FORKED") { _ = try await waiting.checkpoint() }
            try await waiting.log()
            #expect(try await waiting.checkpointSizes() == [])
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `the witness finds a restored backup at the start, and nothing is signed`(engine: Engine) async throws {
        let database = try await TestDatabase.make(on: engine)
        let witness = ["--line-witness", "\(database.folder.path)/witness"]
        let keys = KeyFile.random()
        try await TestService.with(.queue, on: engine, database: database, keys: keys, arguments: witness) { service in
            let waiting = try await Waiting.opened(on: service)
            for user in 0..<3 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
            try await waiting.log()
            for user in 3..<6 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
            try await waiting.log()
            try await waiting.restore(to: 3)
        }
        try await TestService.with(.queue, on: engine, database: database, keys: keys, arguments: witness) { service in
            let waiting = try await Waiting.opened(on: service)
            for user in 3..<9 { _ = try await waiting.join(.user(user + 50), request: UInt64(90 + user)) }
            try await waiting.log()
            try await refused("LINE_FORKED") { _ = try await waiting.checkpoint() }
            #expect(service.instances[0].metrics.prometheusText.contains("\nqueue_lines_forked 1\n"))
            #expect(try await waiting.checkpointSizes() == [3])
        }
    }

    @Test(arguments: Engine.available) func `a damaged witness stops the start`(engine: Engine) async throws {
        let folder = TemporaryFolder()
        folder.write("hello", to: "witness")
        await #expect(throws: (any Error).self) {
            try await Waiting.with(engine, arguments: ["--line-witness", "\(folder.path)/witness"]) { _ in }
        }
    }

    @Test(arguments: Engine.available) func `no checkpoint is published that the witness has not stored`(
        engine: Engine
    ) async throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/witness"
        try await Waiting.with(engine, arguments: ["--line-witness", path]) { waiting in
            _ = try await waiting.join(.alice, request: 10)
            try await waiting.log()
            _ = try await waiting.join(.bob, request: 11)
            // No file can replace a folder.
            #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
            for _ in 0..<3 {
                await #expect(throws: (any Error).self) { try await waiting.log() }
                #expect(try await waiting.checkpoint().size == 1)
            }
            #expect(rmdir(path) == 0)
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 2)
            #expect(try LineWitness(path).record(of: waiting.room)?.size == 2)
        }
    }

    @Test(arguments: Engine.available) func `after an upgrade, the lines of present sales are signed first`(
        engine: Engine
    ) async throws {
        let faults = Faults()
        try await TestService.with(.queue, on: engine, faults: faults) { service in
            let waiting = try await Waiting.opened(on: service)
            for sale in 0..<12 as Range<UInt64> {
                let room = try await waiting.create("old-\(sale)", request: 20 + sale).roomID
                _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: room))
                _ = try await Waiting(service: service, room: room).join(.alice, request: 50 + sale)
                _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: room))
            }
            try await waiting.pass(.seconds(1))
            _ = try await waiting.join(.bob, request: 80)
            // The first run signs one line, as if the service ended then.
            faults.fail(.commit, number: 2, count: .max, with: .diskFull)
            await #expect(throws: (any Error).self) { try await service.run("checkpoints") }
            #expect(try await waiting.checkpointSizes() == [1])
            faults.heal()
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 1)
        }
    }

    @Test func `two instances under joins never sign two roots of one size`() async throws {
        try await Waiting.with(.postgreSQL, instances: 2) { waiting in
            var seen: [LineCheckpoint] = []
            for round in 0..<6 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for user in 0..<20 {
                        let number = 100 * round + user
                        group.addTask {
                            _ = try await waiting.join(
                                .user(number), request: UInt64(1000 + number), instance: user % 2)
                        }
                    }
                    waiting.service.clock.advance(by: .seconds(1))
                    for instance in waiting.service.instances {
                        group.addTask { try await instance.run("checkpoints") }
                    }
                    try await group.waitForAll()
                }
                for instance in 0..<2 {
                    guard let reply = try? await waiting.checkpoint(instance: instance) else { continue }
                    seen.append(try LineCheckpoint(shown: reply.checkpoint))
                }
            }
            try await waiting.log()
            try await waiting.log()
            let log = try await waiting.wholeLog()
            #expect(log.checkpoint.size == 120 && seen.count > 6)
            for checkpoint in seen {
                #expect(log.root(at: checkpoint.size) == checkpoint.root)
                #expect(checkpoint.isSigned(by: waiting.linePublicKeys))
            }
        }
    }
}
