import ConcertAPI
import Database
import Kernel
import RPC
import TestSupport
import Testing

extension ReserveSeatsTests {
    /// Counts the results of simultaneous calls by "sold" or the reason of the failure. If a call requested one seat,
    /// its refusal must name that seat.
    fileprivate static func outcomes(
        _ count: Int, seat: @escaping @Sendable (Int) -> String? = { _ in nil },
        _ call: @escaping @Sendable (Int) async throws -> ReserveSeatsReply
    ) async -> [String: Int] {
        await withTaskGroup(of: String.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        _ = try await call(number)
                        return "sold"
                    } catch let failure as RPCFailure {
                        if let seat = seat(number) {
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

    struct Races {
        @Test func `of two thousand requests for fifty seats on two instances, fifty succeed`() async throws {
            try await House.with(.postgreSQL, instances: 2) { house in
                let numbers = SeatOffer.row("", "", 1...50, grade: "S", price: 1000)
                _ = try await house.calls(of: .operator).setSeats(
                    house.seats([numbers]), CallOptions(requestID: .numbered(4)))
                let credentials = (0..<100).map { connection in
                    (0..<20).map { TestCaller.user(connection * 20 + $0).credential(house.service.keys) }
                }
                let connections = (0..<100).map { house.calls(of: nil, instance: $0 % 2) }
                let seat = { @Sendable (number: Int) in "\(number % 50 + 1)" }
                let outcomes = await ReserveSeatsTests.outcomes(2000, seat: seat) { number in
                    try await connections[number % 100].reserveSeats(
                        house.request([seat(number)]),
                        CallOptions(
                            timeout: .seconds(60), requestID: .numbered(UInt64(1000 + number)),
                            credential: credentials[number % 100][number / 100]))
                }
                #expect(outcomes == ["sold": 50, "SEAT_HELD": 1950])
                let map = try await house.map()
                #expect(map.held.count == 50)
            }
        }

        @Test func `a seat whose price changes during the request is reserved at the new price`() async throws {
            try await House.with(.postgreSQL) { house in
                // Changes the price as another instance would.
                try await HeldRows.with(house.service.instances[0].database) { tx in
                    try tx.execute("update seat set price = 9900 where label = 'A-1-1'")
                } while: { rows in
                    let reserve = Task { try await house.reserve("A-1-1", as: .alice, number: 10) }
                    try await rows.waiting(1)
                    rows.release()
                    let held = try await reserve.value
                    #expect(held.amount == 9900)
                    _ = try await house.confirm(held, payment: 11)
                    #expect(try await house.tickets(of: .alice).map(\.price) == [9900])
                }
            }
        }

        @Test(arguments: Engine.available)
        func `forty simultaneous calls of one user never exceed the limit`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let calls = (0..<4).map { house.calls(of: .alice, instance: $0 % house.service.instances.count) }
                let names =
                    (1...20).map { "A-\(($0 - 1) / 10 + 1)-\(($0 - 1) % 10 + 1)" } + (1...10).map { "B-1-\($0)" }
                let outcomes = await ReserveSeatsTests.outcomes(40) { number in
                    try await calls[number % 4].reserveSeats(
                        house.request([names[number % names.count]]),
                        CallOptions(requestID: .numbered(UInt64(100 + number))))
                }
                #expect(outcomes["sold"] == 4)
                #expect(Set(outcomes.keys).isSubset(of: ["sold", "TOO_MANY_SEATS", "SEAT_HELD"]))
                let map = try await house.map()
                #expect(map.held.count == 4)
            }
        }

        @Test(arguments: Engine.available)
        func `a request sent twice simultaneously gets one reply twice`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let calls = (0..<2).map { house.calls(of: .alice, instance: $0 % house.service.instances.count) }
                for number in 0..<20 as Range<UInt64> {
                    let name = "A-\(number / 10 + 1)-\(number % 10 + 1)"
                    async let first = calls[0].reserveSeats(
                        house.request([name]), CallOptions(requestID: .numbered(100 + number)))
                    async let second = calls[1].reserveSeats(
                        house.request([name]), CallOptions(requestID: .numbered(100 + number)))
                    let (one, two) = try await (first, second)
                    #expect(one == two)
                    _ = try await calls[0].releaseReservation(
                        ReleaseReservationRequest(
                            concertID: house.concert, reservationID: .numbered(100 + number)))
                }
            }
        }

        @Test(arguments: Engine.available)
        func `overlapping sets of seats in different orders do not deadlock`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let credentials = (0..<100).map { TestCaller.user($0).credential(house.service.keys) }
                let connections = (0..<8).map { house.calls(of: nil, instance: $0 % house.service.instances.count) }
                let outcomes = await ReserveSeatsTests.outcomes(100) { number in
                    let first = number % 9 + 1
                    let names = ["A-1-\(first)", "A-1-\(first + 1)", "A-2-\(10 - first)"]
                    return try await connections[number % 8].reserveSeats(
                        house.request(number % 2 == 0 ? names : names.reversed()),
                        CallOptions(
                            timeout: .seconds(60), requestID: .numbered(UInt64(1000 + number)),
                            credential: credentials[number])
                    )
                }
                #expect(Set(outcomes.keys) == ["sold", "SEAT_HELD"])
                let map = try await house.map()
                #expect(map.held.count == 3 * outcomes["sold", default: 0])
            }
        }

        @Test(arguments: Engine.available)
        func `simultaneous requests for the best seats all succeed while seats are free`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let credentials = (0..<10).map { TestCaller.user($0).credential(house.service.keys) }
                let calls = house.calls(of: nil)
                let outcomes = await ReserveSeatsTests.outcomes(5) { number in
                    try await calls.reserveSeats(
                        house.best(2, "B"),
                        CallOptions(requestID: .numbered(UInt64(1000 + number)), credential: credentials[number]))
                }
                #expect(outcomes == ["sold": 5])
            }
        }
    }
}
