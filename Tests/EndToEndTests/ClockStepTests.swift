import Glibc
import Kernel
import Telemetry
import TestSupport
import Testing
import Threads

@testable import MessageJSON

/// The wall clock is set while the programs run: a preloaded library sets it for them alone (`Tests/WallClock`). It leaves the
/// timers of the system as they are, which libfaketime does not.
@Suite(.serialized) struct ClockStepTests {
    @Test(arguments: [-3600, 3600])
    func `setting the clock by an hour while it runs moves no hold, no pass and no payment`(seconds: Int) async throws {
        let folder = TemporaryFolder()
        set(0, in: folder)
        try await Onsale.with(.file, variables: try variables(folder)) { onsale in
            try await onsale.putOnSale()
            try await onsale.addDate("moon-tour/saturday", room: "sale", flags: "--hold 5s")
            for user in ["alice", "bob", "dave"] { try await onsale.signUp(user) }
            for user in ["alice", "bob", "dave"] { try await onsale.expect("join moon-tour --wait", as: user) }
            try await onsale.expect("reserve moon-tour/friday Stalls-1-1", as: "alice")
            try await onsale.expect("reserve moon-tour/saturday Stalls-1-1", as: "bob")
            let bobsHold = SystemClock().now

            set(seconds, in: folder)
            try await Self.expectUnready(onsale, lead: seconds)
            try await Self.expectPass(of: "alice", onsale)
            #expect(try await onsale.gateway("reserve moon-tour/friday Stalls-1-1", as: "bob").exit == 1, "held")
            #expect(try await onsale.expect("pay", as: "alice")["outcome"].string == "paid")

            // Bob's hold was made for five seconds: it ends after them, not before, and not an hour later.
            var isFree = false
            while !isFree, SystemClock().now - bobsHold < .minutes(5) {
                isFree = try await onsale.gateway("reserve moon-tour/saturday Stalls-1-1", as: "dave").exit == 0
            }
            #expect(isFree, "the hold of five seconds still stands after minutes")
            #expect(SystemClock().now - bobsHold >= .seconds(4), "the hold has ended too early")
            #expect(try await onsale.expect("pay", as: "dave")["outcome"].string == "paid")
            #expect(try await onsale.expect("admin audit", as: "carol")["paid"].number == 2)
            #expect(try await onsale.expect("admin halts list", as: "carol").json == .array([]))

            set(0, in: folder)
            for address in onsale.statusAddresses {
                try await Self.until("\(address) is ready again") { Self.get("readyz", address) == "ready\n" }
            }
        }
    }

    @Test func `rows from the future make every program unready at its start, until the clock is right`() async throws {
        let folder = TemporaryFolder()
        set(3600, in: folder)
        try await Onsale.with(.file, variables: try variables(folder)) { onsale in
            try await onsale.putOnSale()
            try await onsale.expect("sign-up alice", as: "alice")
            for address in onsale.statusAddresses {
                // Two more runs of the job: the second one began after the last row was written.
                let before = Self.runsOfNewestTime(address)
                try await Self.until("\(address) stores the time") { Self.runsOfNewestTime(address) >= before + 2 }
            }
            for service in Onsale.Service.allCases { try await onsale.kill(service) }
            set(0, in: folder)
            for service in Onsale.Service.allCases { try await onsale.restart(service) }
            for address in onsale.statusAddresses {
                try await Self.until("\(address) finds rows from the future") {
                    Self.get("readyz", address).contains("not ready: rows: the newest row of the database is of ")
                }
            }
            for service in Onsale.Service.allCases { try await onsale.kill(service) }
            set(3600, in: folder)
            for service in Onsale.Service.allCases { try await onsale.restart(service) }
            for address in onsale.statusAddresses {
                try await Self.until("\(address) is ready") { Self.get("readyz", address) == "ready\n" }
            }
        }
    }

    private static func runsOfNewestTime(_ address: Address) -> Int {
        let prefix = "job_runs_total{job=\"newest time\",outcome=\"done\"} "
        let line = get("metrics", address).split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.flatMap { Int($0.dropFirst(prefix.count)) } ?? 0
    }

    private func variables(_ folder: TemporaryFolder) throws -> [String] {
        let library = "\(folder.path)/wallclock.so"
        let source = "\(Repository.folder)/Tests/WallClock/wallclock.c"
        let compiled = Command.run("cc", "-shared", "-fPIC", "-o", library, source, "-ldl")
        try #require(compiled.status == 0, "\(compiled.output)")
        return ["LD_PRELOAD=\(library)", "WALLCLOCK=\(folder.path)/time"]
    }

    /// As a whole: the programs read the file all the time.
    private func set(_ seconds: Int, in folder: TemporaryFolder) {
        folder.write("\(seconds)\n", to: "next")
        rename("\(folder.path)/next", "\(folder.path)/time")
    }

    /// All three programs say so, by readiness, by metric and in the log.
    private static func expectUnready(_ onsale: Onsale, lead: Int) async throws {
        let start = SystemClock().uptime
        for address in onsale.statusAddresses {
            try await until("\(address) is not ready") { get("readyz", address).contains("not ready: clock: ") }
        }
        print("not ready \(SystemClock().uptime - start) after the clock was set by \(lead) s")
        for address in onsale.statusAddresses {
            let line = get("metrics", address).split(separator: "\n").first { $0.hasPrefix("clock_wall_lead_seconds ") }
            let shown = line.flatMap { Double($0.split(separator: " ").last ?? "") } ?? 0
            #expect(abs(shown - Double(lead)) < 60)
        }
    }

    /// A pass that is made now counts for two minutes from now.
    private static func expectPass(of user: String, _ onsale: Onsale) async throws {
        let place = try await onsale.expect("place", as: user)
        let request = "{\"room_id\": \"\(place["roomId"].string)\", \"place_id\": \"\(place["placeId"].string)\"}"
        let before = SystemClock().now
        let renewed = try await onsale.run(["call", "Renew", request], as: user)
        let expiry = Int64(renewed["passExpiresAt"].string) ?? Int64(renewed["passExpiresAt"].number)
        // The clocks of the test and of the services are the same, and each rounds to milliseconds.
        #expect(expiry <= (SystemClock().now + .minutes(2) + .seconds(1)).milliseconds, "\(renewed)")
        #expect(expiry >= (before + .minutes(2) - .seconds(5)).milliseconds, "\(renewed)")
    }

    private static func get(_ path: String, _ address: Address) -> String {
        Command.run("curl", "-s", "http://\(address)/\(path)").output
    }

    private static func until(_ what: String, _ isTrue: @escaping @Sendable () -> Bool) async throws {
        try await onThread {
            for _ in 0..<600 {
                if isTrue() { return }
                usleep(100_000)
            }
            throw Patience.Over("not true after minutes: \(what)")
        }
    }
}
