import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// Many at once.
@Suite struct RushTests {
    /// What became of many calls: how many succeeded, and the reasons of the others. Where a call wished for one seat, its
    /// refusal names it.
    private func outcomes(
        _ count: Int, eachNaming wished: @escaping @Sendable (Int) -> String? = { _ in nil },
        _ call: @escaping @Sendable (Int) async throws -> ReserveSeatsReply
    ) async -> [String: Int] {
        await withTaskGroup(of: String.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        _ = try await call(number)
                        return "sold"
                    } catch let failure as RPCFailure {
                        if let seat = wished(number) {
                            #expect(failure.message.contains("seat \(seat) "), "\(failure.message)")
                        }
                        return failure.reason
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    @Test func `two thousand race for fifty seats through two instances, and exactly fifty have one`() async throws {
        try await House.with(.postgreSQL, instances: 2) { house in
            let numbers = SeatOffer.row("", "", 1...50, grade: "S", price: 1000)
            _ = try await house.calls(of: .operator).setSeats(
                house.seats([numbers]), CallOptions(requestID: .wish(4)))
            let credentials = (0..<100).map { connection in
                (0..<20).map { Somebody.user(connection * 20 + $0).credential(house.service.keys) }
            }
            let connections = (0..<100).map { house.calls(of: nil, instance: $0 % 2) }
            let seat = { @Sendable (number: Int) in "\(number % 50 + 1)" }
            let outcomes = await outcomes(2000, eachNaming: seat) { number in
                try await connections[number % 100].reserveSeats(
                    house.wish([seat(number)]),
                    CallOptions(
                        timeout: .seconds(60), requestID: .wish(UInt64(1000 + number)),
                        credential: credentials[number % 100][number / 100]))
            }
            #expect(outcomes == ["sold": 50, "SEAT_HELD": 1950])
            let map = try await house.map()
            #expect(map.held.count == 50)
        }
    }

    @Test(arguments: Engine.available)
    func `forty calls at once by one user never exceed the limit`(engine: Engine) async throws {
        try await House.with(engine, instances: engine == .postgreSQL ? 2 : 1) { house in
            let calls = (0..<4).map { house.calls(of: .alice, instance: $0 % house.service.instances.count) }
            let names = (1...20).map { "A-\(($0 - 1) / 10 + 1)-\(($0 - 1) % 10 + 1)" } + (1...10).map { "B-1-\($0)" }
            let outcomes = await outcomes(40) { number in
                try await calls[number % 4].reserveSeats(
                    house.wish([names[number % names.count]]), CallOptions(requestID: .wish(UInt64(100 + number))))
            }
            #expect(outcomes["sold"] == 4)
            #expect(Set(outcomes.keys).isSubset(of: ["sold", "TOO_MANY_SEATS", "SEAT_HELD"]))
            let map = try await house.map()
            #expect(map.held.count == 4)
        }
    }

    @Test(arguments: Engine.available)
    func `a request doubled in flight gets one answer twice`(engine: Engine) async throws {
        try await House.with(engine, instances: engine == .postgreSQL ? 2 : 1) { house in
            let calls = (0..<2).map { house.calls(of: .alice, instance: $0 % house.service.instances.count) }
            for number in 0..<20 as Range<UInt64> {
                let name = "A-\(number / 10 + 1)-\(number % 10 + 1)"
                async let first = calls[0].reserveSeats(house.wish([name]), CallOptions(requestID: .wish(100 + number)))
                async let second = calls[1].reserveSeats(
                    house.wish([name]), CallOptions(requestID: .wish(100 + number)))
                let (one, two) = try await (first, second)
                #expect(one == two)
                _ = try await calls[0].releaseReservation(
                    ReleaseReservationRequest(
                        concertID: house.concert.bytes, reservationID: RequestID.wish(100 + number).bytes))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `sets of seats that overlap in different orders end in a sale or a refusal`(engine: Engine) async throws {
        try await House.with(engine, instances: engine == .postgreSQL ? 2 : 1) { house in
            let credentials = (0..<100).map { Somebody.user($0).credential(house.service.keys) }
            let connections = (0..<8).map { house.calls(of: nil, instance: $0 % house.service.instances.count) }
            let outcomes = await outcomes(100) { number in
                let first = number % 9 + 1
                let names = ["A-1-\(first)", "A-1-\(first + 1)", "A-2-\(10 - first)"]
                return try await connections[number % 8].reserveSeats(
                    house.wish(number % 2 == 0 ? names : names.reversed()),
                    CallOptions(
                        timeout: .seconds(60), requestID: .wish(UInt64(1000 + number)), credential: credentials[number])
                )
            }
            #expect(Set(outcomes.keys) == ["sold", "SEAT_HELD"])
            let map = try await house.map()
            #expect(map.held.count == 3 * outcomes["sold", default: 0])
        }
    }

    @Test(arguments: Engine.available)
    func `those who ask for the best at once are not sent away while seats are left`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let credentials = (0..<10).map { Somebody.user($0).credential(house.service.keys) }
            let calls = house.calls(of: nil)
            let outcomes = await outcomes(5) { number in
                try await calls.reserveSeats(
                    house.best(2, "B"),
                    CallOptions(requestID: .wish(UInt64(1000 + number)), credential: credentials[number]))
            }
            #expect(outcomes == ["sold": 5])
        }
    }
}
