import Database
import Kernel
import QueueAPI
import TestSupport
import Testing

@testable import QueueService

/// Rows that a failover or a restore has lost, with instances of which only one has seen the lost checkpoint.
@Suite struct LineForkTests {
    @Test func `a fork that one instance finds stops the signing of all`() async throws {
        try await Waiting.with(.postgreSQL, instances: 2) { waiting in
            try await waiting.join(5, from: 0)
            try await waiting.log(instance: 0)
            try await waiting.restore(to: 3)
            try await waiting.join(3, from: 50)
            try await waiting.log(instance: 0)
            try await waiting.log(instance: 1)
            try await expectFork(of: waiting)
        }
    }

    @Test func `after a failover, an instance waits until another one has found the lost checkpoint`() async throws {
        let faults = Faults()
        try await TestService.with(.queue, on: .postgreSQL, instances: 2, faults: faults) { service in
            let waiting = try await Waiting.opened(on: service)
            try await waiting.log(instance: 1)
            try await waiting.join(5, from: 0)
            try await waiting.log(instance: 0)
            try await waiting.restore(to: 3)
            faults.changeServer()
            // As many places as before, so the room looks the same to the instance that has signed five.
            try await waiting.join(2, from: 50)
            try await waiting.log(instance: 1)
            #expect(try await waiting.checkpointSizes() == [])
            try await waiting.log(instance: 0)
            service.clock.advance(by: .seconds(5))
            try await waiting.log(instance: 1)
            try await expectFork(of: waiting)
        }
    }

    @Test(arguments: Engine.available) func `after a failover that lost nothing, the line is signed again`(
        engine: Engine
    ) async throws {
        let faults = Faults()
        try await TestService.with(.queue, on: engine, faults: faults) { service in
            let waiting = try await Waiting.opened(on: service)
            faults.changeServer()
            try await waiting.join(1, from: 0)
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 1)
            faults.changeServer()
            try await waiting.join(1, from: 1)
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 1)
            service.clock.advance(by: .seconds(4))
            try await waiting.log()
            #expect(try await waiting.checkpoint().size == 2)
        }
    }

    @Test(arguments: Engine.available) func `a failover within a run is found before the run signs`(
        engine: Engine
    ) async throws {
        let faults = Faults()
        try await TestService.with(.queue, on: engine, faults: faults) { service in
            let waiting = try await Waiting.opened(on: service)
            faults.changeServer()
            try await waiting.join(1, from: 0)
            try await waiting.log()
            try await waiting.join(1, from: 1)
            faults.changeServerAtNextTransaction()
            try await waiting.log()
            try await waiting.log()
            #expect(try await waiting.checkpointSizes() == [1])
            service.clock.advance(by: .seconds(4))
            try await waiting.log()
            #expect(try await waiting.checkpointSizes() == [1, 2])
        }
    }

    @Test func `a fork that cannot be stored is stored by a later run`() async throws {
        let faults = Faults()
        try await TestService.with(.queue, on: .postgreSQL, instances: 2, faults: faults) { service in
            let waiting = try await Waiting.opened(on: service)
            try await waiting.join(5, from: 0)
            try await waiting.log(instance: 0)
            try await waiting.restore(to: 3)
            try await waiting.join(3, from: 50)
            faults.fail(.commit, count: .max, with: .diskFull)
            await #expect(throws: (any Error).self) { try await waiting.log(instance: 0) }
            faults.heal()
            try await waiting.log(instance: 0)
            try await waiting.log(instance: 1)
            try await expectFork(of: waiting)
        }
    }

    @Test(arguments: Engine.available) func `a changed row of a closed room is found by the receipt of its user`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            let alice = try await waiting.join(.alice, request: 10)
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            try await waiting.pass(.seconds(1))
            try await waiting.log()
            try await waiting.log()
            _ = try await waiting.receipt(.alice, alice)
            try await waiting.service.instances[0].database.transaction { [room = waiting.room] tx in
                try tx.executeOne("update place set joined_at = joined_at + 1 where room_id = $1") { $0.bind(room) }
            }
            try await refused("RECEIPT_NOT_YET") { _ = try await waiting.receipt(.alice, alice) }
            try await waiting.log()
            try await refused("LINE_FORKED") { _ = try await waiting.receipt(.alice, alice) }
        }
    }

    private func expectFork(of waiting: Waiting) async throws {
        for instance in 0..<2 {
            try await refused("LINE_FORKED") { _ = try await waiting.checkpoint(instance: instance) }
        }
        #expect(try await waiting.checkpointSizes() == [])
    }
}

extension Waiting {
    fileprivate func join(_ count: Int, from first: Int) async throws {
        for user in first..<first + count { _ = try await join(.user(user), request: UInt64(100 + user)) }
    }

    /// Logs the line with one instance, after a second.
    fileprivate func log(instance: Int) async throws {
        service.clock.advance(by: .seconds(1))
        try await service.instances[instance].run("checkpoints")
    }
}
