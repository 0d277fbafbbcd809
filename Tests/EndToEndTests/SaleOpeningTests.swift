import TestSupport
import Testing

@testable import MessageJSON

/// The opening of a sale, with the built programs.
struct SaleOpeningTests {
    private static let buyers = 200
    private static let seats = 50
    /// The number of gateways that run at the same time.
    private static let concurrentGateways = 16

    @Test(arguments: [Engine.file, .postgreSQL])
    func `50 of 200 buyers get the 50 seats, and only they pay`(
        engine: Engine
    ) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 30, hall: "Stalls, 1-5, 1-10, A, 10.00", flags: "--seats-per-user 1")
            let names = (1...Self.buyers).map { "buyer\($0)" }
            let answers = try await Self.all(names) { name in
                try onsale.signIn(name)
                try await onsale.expect("top-up 10 EUR", as: name)
                let answer = try await onsale.gateway("buy moon-tour --best 1 --grade A --yes --timeout 60s", as: name)
                // A buyer without seats leaves, so that the next user is admitted.
                if answer.exit != 0 { try await onsale.expect("leave", as: name) }
                return answer
            }
            let bought = answers.filter { $0.exit == 0 }
            #expect(bought.count == Self.seats)
            #expect(Set(bought.map { $0["tickets"][0]["seat"].string }).count == Self.seats)
            for answer in answers where answer.exit != 0 { #expect(answer.reason == "NO_SEATS_TOGETHER", "\(answer)") }

            let report = try await onsale.expect("admin report moon-tour", as: "carol")
            #expect(report["lines"][0]["counts"]["sold"].number == Self.seats)
            #expect(report["revenue"]["minorUnits"].number == Self.seats * 1000)
            let total = try await onsale.expect("admin audit", as: "carol")["totals"][0]
            #expect(total["revenue"]["minorUnits"].number == Self.seats * 1000)
            #expect(total["available"]["minorUnits"].number == (Self.buyers - Self.seats) * 1000)
            #expect(total["pending"]["minorUnits"].number == 0)
        }
    }

    private static func all(
        _ names: [String], _ body: @escaping @Sendable (String) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            var answers: [Answer] = []
            for (index, name) in names.enumerated() {
                if index >= concurrentGateways, let answer = try await group.next() { answers.append(answer) }
                group.addTask { try await body(name) }
            }
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }
}
