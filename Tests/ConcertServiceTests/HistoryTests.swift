import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// Random histories over the socket, compared with a simple model.
@Suite struct HistoryTests {
    /// The seats and the expected state of each reservation.
    private struct Model {
        struct Record {
            let user: Int
            let seats: Set<Int>
            let deadline: Timestamp
            var state = ReservationState.held
            var payment: UInt64?
        }

        var records: [UInt64: Record] = [:]
        var decisions: [UInt64: DecisionOutcome] = [:]

        func state(of id: UInt64, at now: Timestamp) -> ReservationState {
            guard let record = records[id] else { return .unspecified }
            return record.state == .held && record.deadline <= now ? .expired : record.state
        }

        func claims(at now: Timestamp) -> [UInt64] {
            records.keys.filter { [.held, .sold].contains(state(of: $0, at: now)) }
        }

        func taken(at now: Timestamp) -> Set<Int> {
            claims(at: now).reduce(into: []) { $0.formUnion(records[$1]?.seats ?? []) }
        }

        func seats(of user: Int, at now: Timestamp) -> Int {
            claims(at: now).reduce(0) { sum, id in
                records[id].map { $0.user == user ? sum + $0.seats.count : sum } ?? sum
            }
        }
    }

    private static let steps = 250
    private static let users = 4
    private static let seats = 10
    private static let price: UInt64 = 3000

    @Test(arguments: Engine.available, [1, 2, 3] as [UInt64])
    func `each seat has at most one claim, users stay within the limit, and totals are exact`(
        engine: Engine, seed: UInt64
    ) async throws {
        try await House.with(engine) { house in
            var random = SeededGenerator(seed: seed)
            var model = Model()
            let calls = (0..<Self.users).map { house.calls(of: .user($0)) }
            for step in 1...UInt64(Self.steps) {
                let id = model.records.keys.sorted().randomElement(using: &random)
                let number = 1000 + step
                switch Int.random(in: 0..<10, using: &random) {
                case 0...3: try await reserve(number, &model, house, calls, &random)
                case 4, 5: try await confirm(id, number, &model, house, &random)
                case 6: try await abort(id, number, &model, house, &random)
                case 7: try await release(id, &model, house, calls)
                case 8: try await cancel(id, number, &model, house)
                default: house.clock.advance(by: .seconds(Int.random(in: 1...120, using: &random)))
                }
                if step % 50 == 0 { try await compare(model, house, calls, "seed \(seed), step \(step)") }
            }
            try await compare(model, house, calls, "seed \(seed), at the end")
        }
    }

    private func reserve(
        _ number: UInt64, _ model: inout Model, _ house: House, _ calls: [ConcertClient],
        _ random: inout SeededGenerator
    ) async throws {
        let user = Int.random(in: 0..<Self.users, using: &random)
        let wanted = Set(
            (1...Int.random(in: 1...3, using: &random)).map { _ in
                Int.random(in: 1...Self.seats, using: &random)
            })
        let now = house.clock.now
        guard now < .noon + .hours(1) else { return }
        let isFree = model.taken(at: now).isDisjoint(with: wanted)
        let isWithin = model.seats(of: user, at: now) + wanted.count <= 4
        do {
            let reply = try await calls[user].reserveSeats(
                house.request(wanted.map { "B-1-\($0)" }), CallOptions(requestID: .numbered(number)))
            #expect(isFree && isWithin && reply.reservation.amount == Self.price * UInt64(wanted.count))
            model.records[number] = Model.Record(user: user, seats: wanted, deadline: now + .minutes(5))
        } catch {
            #expect(error.reason == "TOO_MANY_SEATS" ? !isWithin : !isFree, "\(error)")
        }
    }

    private func confirm(
        _ id: UInt64?, _ number: UInt64, _ model: inout Model, _ house: House, _ random: inout SeededGenerator
    ) async throws {
        guard let id, let record = model.records[id] else { return }
        // Sometimes repeats a payment that has a decision.
        let old = model.decisions.keys.sorted().randomElement(using: &random)
        let payment = Bool.random(using: &random) ? number : old ?? number
        var reservation = ConcertAPI.Reservation(id: .numbered(id))
        (reservation.amount, reservation.currency) = (Self.price * UInt64(record.seats.count), "EUR")
        let decision = try await house.confirm(reservation, payment: payment, user: .user(record.user))
        if let known = model.decisions[payment] {
            #expect(decision.outcome == known)
            return
        }
        let isHeld = model.state(of: id, at: house.clock.now) == .held
        #expect(decision.outcome == (isHeld ? .confirmed : .aborted))
        model.decisions[payment] = decision.outcome
        if isHeld {
            model.records[id]?.state = .sold
            model.records[id]?.payment = payment
        }
    }

    private func abort(
        _ id: UInt64?, _ number: UInt64, _ model: inout Model, _ house: House, _ random: inout SeededGenerator
    ) async throws {
        guard let id else { return }
        let old = model.decisions.keys.sorted().randomElement(using: &random)
        let payment = Bool.random(using: &random) ? number : old ?? number
        let decision = try await house.abort(
            ConcertAPI.Reservation(id: .numbered(id)), payment: payment)
        #expect(decision.outcome == model.decisions[payment] ?? .aborted)
        model.decisions[payment] = decision.outcome
    }

    private func release(_ id: UInt64?, _ model: inout Model, _ house: House, _ calls: [ConcertClient]) async throws {
        guard let id, let record = model.records[id] else { return }
        let state = model.state(of: id, at: house.clock.now)
        do {
            let reply = try await calls[record.user].releaseReservation(
                ReleaseReservationRequest(concertID: house.concert, reservationID: .numbered(id)))
            #expect(reply.reservation.state == (state == .held ? .released : state))
            if state == .held { model.records[id]?.state = .released }
        } catch {
            #expect(error.reason == "ALREADY_SOLD" && state == .sold)
        }
    }

    private func cancel(_ id: UInt64?, _ number: UInt64, _ model: inout Model, _ house: House) async throws {
        guard let id else { return }
        let isSold = model.state(of: id, at: house.clock.now) == .sold
        do {
            _ = try await house.cancel(
                ConcertAPI.Reservation(id: .numbered(id)), as: .operator, number: number)
            #expect(isSold)
            model.records[id]?.state = .returned
        } catch let failure as RPCFailure {
            #expect(failure.reason == "NOT_SOLD" && !isSold, "\(failure)")
        }
    }

    /// Compares the model with reservations, map, tickets, report and refunds.
    private func compare(_ model: Model, _ house: House, _ calls: [ConcertClient], _ place: String) async throws {
        for (id, record) in model.records {
            let entry = try await calls[record.user].showReservation(
                ShowReservationRequest(concertID: house.concert, reservationID: .numbered(id))
            ).reservation
            #expect(entry.state == model.state(of: id, at: house.clock.now), "\(place)")
            #expect(entry.paymentID == record.payment.map { .numbered($0) }, "\(place)")
        }
        let map = try await house.map()
        let first = 20
        #expect(
            Set((map.held + map.sold).map { Int($0) - first + 1 }) == model.taken(at: house.clock.now), "\(place)")
        var valid: [String] = []
        for user in 0..<Self.users {
            #expect(model.seats(of: user, at: house.clock.now) <= 4, "\(place)")
            valid += try await house.tickets(of: .user(user)).filter { $0.state == .valid }.map(\.seat)
        }
        let sold = model.records.values.filter { $0.state == .sold }
        #expect(valid.count == Set(valid).count, "\(place)")
        #expect(valid.count == sold.reduce(0) { $0 + $1.seats.count }, "\(place)")
        let report = try await house.calls(of: .operator).salesReport(
            SalesReportRequest(concertID: house.concert))
        let line = report.lines.first { $0.grade == "B" }
        #expect(line?.revenue == UInt64(valid.count) * Self.price, "\(place)")
        let due = try await house.calls(of: .service).listRefundsDue(ListRefundsDueRequest())
        #expect(due.refunds.count == model.records.values.count { $0.state == .returned }, "\(place)")
    }
}
