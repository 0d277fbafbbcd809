import Kernel
import LineLog
import QueueDomain
import TestSupport
import Testing

@testable import QueueService

/// What an instance keeps in memory about lines and draws.
@Suite struct LineMemoryTests {
    private static func logs(of sizes: [Int], at clock: ManualClock, maximum: Int) -> RoomLogs {
        let logs = RoomLogs(clock, maximumSettledPlaces: maximum)
        for (room, size) in sizes.enumerated() { fill(room, size, in: logs, at: clock) }
        return logs
    }

    private static func fill(_ room: Int, _ size: Int, in logs: RoomLogs, at clock: ManualClock) {
        clock.advance(by: .seconds(1))
        let leaves = (1...Int64(size)).map {
            LineLeaf(room: id(room), number: $0, joinedAt: .noon, place: PlaceID(high: 1, low: UInt64($0)))
        }
        logs.log(of: id(room)).append(leaves[...])
    }

    private static func id(_ room: Int) -> RoomID { RoomID(high: 3, low: UInt64(room)) }

    private static func remaining(_ logs: RoomLogs, of count: Int) -> [Int] {
        (0..<count).filter { logs.find(id($0)) != nil }
    }

    @Test func `the logs of settled rooms that are unused for longest leave the memory first`() {
        let logs = Self.logs(of: [40, 30, 20, 10], at: ManualClock(), maximum: 60)
        logs.dropUnused(live: [])
        #expect(Self.remaining(logs, of: 4) == [1, 2, 3])
    }

    @Test func `a used log and those of rooms in use stay`() throws {
        let clock = ManualClock()
        let logs = Self.logs(of: [40, 30, 20, 10], at: clock, maximum: 60)
        clock.advance(by: .seconds(1))
        _ = try logs.require(Self.id(0))
        logs.dropUnused(live: [Self.id(1)])
        #expect(Self.remaining(logs, of: 4) == [0, 1, 3])
    }

    @Test func `a line larger than the limit is read for its caller, and makes room for a later one`() {
        let clock = ManualClock()
        let logs = Self.logs(of: [30, 100], at: clock, maximum: 60)
        logs.dropUnused(live: [])
        #expect(Self.remaining(logs, of: 2) == [1])
        logs.dropUnused(live: [])
        #expect(Self.remaining(logs, of: 2) == [1])
        Self.fill(2, 10, in: logs, at: clock)
        logs.dropUnused(live: [])
        #expect(Self.remaining(logs, of: 3) == [2])
    }

    @Test func `a forked log stays, because nothing is signed for its line`() {
        let clock = ManualClock()
        let logs = Self.logs(of: [100, 10], at: clock, maximum: 60)
        logs.log(of: Self.id(0)).fork(because: nil)
        clock.advance(by: .hours(1))
        logs.dropUnused(live: [])
        #expect(Self.remaining(logs, of: 2) == [0])
    }

    @Test func `drawn numbers of several rooms stay in memory up to a number of places`() throws {
        let numberings = Numberings(maximumPlaces: 100)
        func numbering(_ room: UInt8, _ count: Int64) throws -> Numbering {
            try numberings.numbering(seed: [UInt8](repeating: room, count: 32), count: count)
        }
        let first = try numbering(0, 5)
        for room in 1..<20 as Range<UInt8> { _ = try numbering(room, 5) }
        #expect(numberings.counts.rooms == 20 && numberings.counts.places == 100)
        for room in 20..<30 as Range<UInt8> {
            _ = try numbering(room, 7)
            #expect(numberings.counts.places <= 100)
        }
        #expect(try numbering(0, 5) == first)
        _ = try numbering(40, 250)
        #expect(numberings.counts.rooms == 1 && numberings.counts.places == 250)
    }
}
