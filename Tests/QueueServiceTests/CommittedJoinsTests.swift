import Database
import Identity
import Kernel
import LineLog
import QueueDomain
import TestSupport
import Testing

@testable import QueueService

/// The places that an instance logs without reading their rows.
@Suite struct CommittedJoinsTests {
    private static let room = RoomID(high: 3, low: 1)

    private static func places(_ serials: ClosedRange<Int64>) -> [Place] {
        serials.map {
            Place(PlaceID(high: 1, low: UInt64($0)), of: .alice, serial: $0, revision: $0, joinedAt: .noon)
        }
    }

    @Test func `the places of a room are taken once, a transaction at a time`() {
        let joins = CommittedJoins()
        joins.add(Self.places(1...3), to: Self.room)
        joins.add([], to: Self.room)
        joins.add(Self.places(4...4), to: Self.room)
        joins.add(Self.places(1...2), to: RoomID(high: 3, low: 2))
        #expect(joins.take(Self.room).map { $0.map(\.number) } == [[1, 2, 3], [4]])
        #expect(joins.take(Self.room).isEmpty)
    }

    @Test func `places that the job does not take are bounded`() {
        let joins = CommittedJoins()
        let many = Self.places(1...Int64(CommittedJoins.maximumPlaces / 4))
        for _ in 1...4 { joins.add(many, to: Self.room) }
        joins.add(Self.places(1...2), to: Self.room)
        #expect(joins.take(Self.room).map(\.count) == [2])
    }

    @Test(arguments: Engine.available) func `only the last place of a transaction is read again`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            for user in 0..<5 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
            let (database, room) = (waiting.service.instances[0].database, waiting.room)
            let rows = try await database.scan { try LineTable.leaves(in: room, from: 1, limit: 9, $0) }
            func other(_ number: Int) -> LineLeaf {
                LineLeaf(room: room, number: Int64(number), joinedAt: .noon, place: PlaceID(high: 1, low: 1))
            }
            func leaves(_ last: Int64, _ joins: [[LineLeaf]]) async throws -> [LineLeaf] {
                try await database.scan {
                    try LineTable.leaves(in: room, last: last, committed: joins, limit: 9, $0)
                }
            }
            #expect(try await leaves(0, [[other(1), rows[1]]]) == [other(1)] + rows[1...])
            #expect(try await leaves(1, [[rows[0]], [other(2), rows[2]]]) == [rows[0], other(2)] + rows[2...])
            #expect(try await leaves(1, [[rows[1], other(3)]]) == rows)
            #expect(try await leaves(1, [[other(3), rows[3]]]) == rows, "the place before is missing")
            #expect(try await leaves(1, [[rows[1]], [other(3)], [other(4), rows[4]]]) == rows)
        }
    }

    @Test(arguments: Engine.available) func `places that a failover has taken back are not logged`(
        engine: Engine
    ) async throws {
        try await Waiting.with(engine) { waiting in
            for user in 0..<3 { _ = try await waiting.join(.user(user), request: UInt64(10 + user)) }
            try await waiting.restore(to: 1)
            let late = try await waiting.join(.alice, request: 30)
            _ = try await waiting.join(.bob, request: 31)
            try await waiting.log()
            let receipt = try await waiting.receipt(.alice, late)
            #expect(receipt.checkpoint.size == 3)
            _ = try LineAudit(receipt, try await waiting.wholeLog(), publicKeys: waiting.linePublicKeys)
        }
    }
}
