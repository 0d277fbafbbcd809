import TestSupport
import Testing

@testable import MessageJSON

/// The events of both services while every program is killed.
struct EventRestartTests {
    private static let buyers = ["alice", "bob", "dora"]
    private static let seatsEach = 6

    @Test(arguments: [Engine.file, .postgreSQL])
    func `after kills of every program, each sale, payment, return and refund is an event once and in order`(
        engine: Engine
    ) async throws {
        try await Onsale.with(engine) { onsale in
            let count = Self.buyers.count * Self.seatsEach
            try await onsale.putOnSale(hall: "Stalls, 1, 1-\(count), A, 10.00", flags: "--seats-per-user 50")
            try await onsale.expect("admin schedule configure moon-tour/friday --no-room", as: "carol")
            for buyer in Self.buyers { try await onsale.signUp(buyer, with: "100 EUR") }
            try await sell(onsale)
            for buyer in Self.buyers {
                let seat = try await onsale.expect("tickets", as: buyer)[0]["seat"].string
                try await onsale.expect("cancel \(seat) --yes", as: buyer)
            }
            try await killEach(onsale)
            try await check("concert", ["sale": count, "return": Self.buyers.count], by: "reservationId", onsale)
            try await check("wallet", ["payment": count, "refund": Self.buyers.count], by: "paymentId", onsale)
        }
    }

    /// Each buyer buys seats one by one, and repeats what got no answer. After some purchases the next program is killed.
    private func sell(_ onsale: Onsale) async throws {
        let bought = Recorder<String>()
        try await withThrowingTaskGroup { group in
            for (number, buyer) in Self.buyers.enumerated() {
                group.addTask {
                    for seat in 1...Self.seatsEach {
                        let line = "buy moon-tour Stalls-1-\(number * Self.seatsEach + seat) --yes --timeout 1s"
                        while true {
                            let answer = try await onsale.gateway(line, as: buyer)
                            if answer.exit == 0 { break }
                            guard [2, 69].contains(answer.exit) else { throw answer }
                        }
                        bought.add(line)
                    }
                }
            }
            group.addTask {
                let kills = Onsale.Service.allCases + Onsale.Service.allCases
                for (number, service) in kills.enumerated() {
                    try await eventually("purchase \(2 * number + 1)") { bought.all.count > 2 * number }
                    try await onsale.kill(service)
                    try await onsale.restart(service)
                }
            }
            try await group.waitForAll()
        }
    }

    private func killEach(_ onsale: Onsale) async throws {
        for service in Onsale.Service.allCases {
            try await onsale.kill(service)
            try await onsale.restart(service)
        }
    }

    /// Waits for the events of a service, and checks that none is missing or twice, and that a return or a refund follows its
    /// sale or payment.
    private func check(
        _ service: String, _ counts: [String: Int], by key: String, _ onsale: Onsale
    ) async throws {
        let command = "admin events --service \(service)"
        let total = counts.values.reduce(0, +)
        try await onsale.until(command, as: "carol") { $0.text.split(separator: "\n").count >= total }
        let events = try await onsale.expect(command, as: "carol").text.split(separator: "\n").map {
            Answer(line: command, exit: 0, text: String($0))
        }
        #expect(events.count == total)
        #expect(events.map { $0["serial"].number } == Array(1...total))
        var versions: [String: Int] = [:]
        var found: [String: Int] = [:]
        for event in events {
            found[event["kind"].string, default: 0] += 1
            let id = event[key].string
            #expect(event["version"].number > versions[id] ?? 0, "\(event.text)")
            versions[id] = event["version"].number
        }
        #expect(found == counts)
        #expect(versions.count == counts.values.max())
    }
}
