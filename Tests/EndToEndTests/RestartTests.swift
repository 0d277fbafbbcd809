import Glibc
import TestSupport
import Testing

@testable import MessageJSON

/// Services and the gateway itself killed in the middle.
struct RestartTests {
    @Test(arguments: [Engine.file, .postgreSQL])
    func `a wait outlives the service it waits at`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.expect("sign-up \(user)", as: user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            async let waiting = onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.until("admin room show sale", as: "carol") { $0["waiting"].number == 1 }
            try await onsale.kill(.queue)
            #expect(try await onsale.gateway("place", as: "bob").exit == 69)
            try await onsale.startAgain(.queue)
            try await onsale.expect("leave", as: "bob")
            #expect(try await waiting["state"].string == "active")
        }
    }

    @Test func `where one instance is lost, waits and commands go over to the other`() async throws {
        try await Onsale.with(.postgreSQL) { onsale in
            try await onsale.putOnSale(active: 1)
            for user in ["alice", "bob"] { try await onsale.arrive(user) }
            try await onsale.expect("join moon-tour --wait", as: "bob")
            async let waiting = onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.until("admin room show sale", as: "carol") { $0["waiting"].number == 1 }
            for service in Onsale.Service.allCases { try await onsale.kill(service, instance: 0) }
            try await onsale.expect("leave", as: "bob")
            #expect(try await waiting["state"].string == "active")
            try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            for service in Onsale.Service.allCases {
                try await onsale.startAgain(service)
                try await onsale.kill(service, instance: 1)
            }
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.expect("tickets", as: "alice").json.elements.count == 1)
            #expect(try await onsale.available("alice") == 20_000 - 8900)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a payment that a dead service has begun is continued, and paid once`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale()
            try await onsale.arrive("alice")
            try await onsale.expect("join moon-tour --wait", as: "alice")
            try await onsale.expect("reserve moon-tour Stalls-1-1", as: "alice")
            try await onsale.kill(.concert)
            // Without the concert service nobody decides, and not even the price is known here.
            #expect(try await onsale.gateway("pay --timeout 1s", as: "alice").exit == 69)
            try await onsale.startAgain(.concert)
            try await onsale.kill(.wallet)
            let undecided = try await onsale.gateway("pay --timeout 2s", as: "alice")
            #expect(undecided.exit == 2)
            #expect(undecided.message.contains("gateway pay"))
            try await onsale.startAgain(.wallet)
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")
            #expect(try await onsale.available("alice") == 20_000 - 8900)
            #expect(try await onsale.expect("payments", as: "alice").json.elements.count == 1)
        }
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a gateway that is killed while it pays pays once when it is asked again`(engine: Engine) async throws {
        try await Onsale.with(engine) { onsale in
            try await onsale.putOnSale(flags: "--seats-per-user 50")
            try await onsale.arrive("alice", with: "2000 EUR")
            let tries = 12
            for number in 1...tries {
                // The payment before uses up the place, a little later.
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
