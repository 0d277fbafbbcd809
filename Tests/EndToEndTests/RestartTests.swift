import Glibc
import TestSupport
import Testing

@testable import MessageJSON

/// Kills services and the gateway while they work.
struct RestartTests {
    @Test(arguments: [Engine.file, .postgreSQL])
    func `a wait survives a restart of the queue service`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.expect("sign-up \(user)", as: user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            async let waiting = onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.until("admin room show sale", as: "carol") { $0["waiting"].number == 1 }
            try await onsale.kill(.queue)
            #expect(try await onsale.gateway("place", as: "bob").exit == 69)
            try await onsale.restart(.queue)
            try await onsale.expect("leave", as: "bob")
            #expect(try await waiting["state"].string == "active")
        }
    }

    @Test func `after one instance is killed, waits and commands use the other`() async throws {
        try await Onsale.with(.postgreSQL) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.signUp(user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            async let waiting = onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.until("admin room show sale", as: "carol") { $0["waiting"].number == 1 }
            for service in Onsale.Service.allCases { try await onsale.kill(service, instance: 0) }
            try await onsale.expect("leave", as: "bob")
            #expect(try await waiting["state"].string == "active")
            try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            for service in Onsale.Service.allCases {
                try await onsale.restart(service)
                try await onsale.kill(service, instance: 1)
            }
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.expect("tickets", as: "alice").json.elements.count == 1)
            #expect(try await onsale.available("alice") == 20_000 - 8900)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment of a killed service is continued, and paid once`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale()
            try await onsale.signUp("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            try await onsale.kill(.concert)
            // The concert service has the price and decides, so the payment cannot start.
            #expect(try await onsale.gateway("pay --timeout 1s", as: "alice").exit == 69)
            try await onsale.restart(.concert)
            try await onsale.kill(.wallet)
            let undecided = try await onsale.gateway("pay --timeout 2s", as: "alice")
            #expect(undecided.exit == 2)
            #expect(undecided.message.contains("gateway pay"))
            try await onsale.restart(.wallet)
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.available("alice") == 20_000 - 8900)
            #expect(try await onsale.expect("payments", as: "alice").json.elements.count == 1)
        }
    }

    @Test func `the wallet service logs that the concert service is away, and that it is back`() async throws {
        try await Onsale.with(.file) { onsale in
            try await onsale.kill(.concert)
            let away = "refunds cannot be fetched, and wait for ConcertService"
            try await eventually("the wallet service misses the concert service") { onsale.logs.contains(away) }
            try await onsale.restart(.concert)
            let back = "refunds are fetched again"
            try await eventually("the wallet service finds the concert service") { onsale.logs.contains(back) }
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment whose gateway is killed is paid once by the next pay`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(flags: "--seats-per-user 50")
            try await onsale.signUp("alice", with: "2000 EUR")
            let tries = 12
            for number in 1...tries {
                // The wallet service ends the place a little after the previous payment.
                if number > 1 { try await onsale.until("place", as: "alice") { $0["state"].string != "active" } }
                try await onsale.expect("join moon-tour --wait", as: "alice")
                try await onsale.expect("reserve moon-tour Stalls-1-\(number)", as: "alice")
                let environment = onsale.environment(of: "alice")
                try await onThread {
                    let process = ChildProcess(["env", "-i"] + environment + [Onsale.program, "pay"])
                    usleep(UInt32(number - 1) * 4000)
                    process.kill(SIGKILL)
                    process.wait()
                }
                #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            }
            #expect(try await onsale.available("alice") == 200_000 - tries * 8900)
            #expect(try await onsale.expect("tickets", as: "alice").json.elements.count == tries)
            #expect(try await onsale.expect("admin audit", as: "carol")["paid"].number == tries)
        }
    }
}
