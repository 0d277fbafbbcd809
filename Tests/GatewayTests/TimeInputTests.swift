import Display
import Kernel
import Testing

@testable import Gateway

struct TimeInputTests {
    private let noon = Timestamp(milliseconds: 1_795_176_000_000)  // 2026-11-20 12:00 UTC

    private func time(_ text: String, in zone: String = "UTC") throws -> String {
        let moment = try #require(TimeInput(text))
        return try moment.timestamp(in: try #require(Zone(named: zone)), now: noon).description
    }

    @Test(arguments: [
        ("2026-12-24 20:00", "UTC", "2026-12-24T20:00:00.000Z"),
        ("2026-12-24 20:00", "Europe/Berlin", "2026-12-24T19:00:00.000Z"),
        ("2026-07-24 20:00", "Europe/Berlin", "2026-07-24T18:00:00.000Z"),
        ("2026-07-24 20:00 America/New_York", "Europe/Berlin", "2026-07-25T00:00:00.000Z"),
        ("2026-12-24T20:00:30+05:30", "UTC", "2026-12-24T14:30:30.000Z"),
        ("2026-12-24 20:00 -08:00", "UTC", "2026-12-25T04:00:00.000Z"),
        ("2026-12-24T20:00Z", "Europe/Berlin", "2026-12-24T20:00:00.000Z"),
        ("2026-12-24", "Europe/Berlin", "2026-12-23T23:00:00.000Z"),
        ("2027-01-10 12:00", "Australia/Sydney", "2027-01-10T01:00:00.000Z"),
        ("2060-07-01 12:00", "Europe/Berlin", "2060-07-01T10:00:00.000Z"),
        ("2060-01-01 12:00", "Australia/Sydney", "2060-01-01T01:00:00.000Z"),
        ("now", "UTC", "2026-11-20T12:00:00.000Z"), ("in 10m", "UTC", "2026-11-20T12:10:00.000Z"),
    ])
    func `a time is read in its own zone, or else in the zone of the user`(text: String, zone: String, time: String)
        throws
    {
        #expect(try self.time(text, in: zone) == time)
    }

    @Test(arguments: [
        "", "tomorrow", "2026-13-01", "2026-02-29 10:00", "2026-12-24 24:00", "2026-12-24 8:00",
        "2026-12-24 20:00 Nowhere",
        "2026-12-24 20:00 ../../etc/passwd", "24.12.2026 20:00", "in ten minutes", "2026-12-24 20:60",
    ])
    func `an invalid time is refused`(text: String) {
        #expect(TimeInput(text) == nil)
    }

    @Test func `a local time that does not exist or occurs twice is refused`() throws {
        let skipped = #expect(throws: GatewayError.self) { try time("2027-03-28 02:30", in: "Europe/Berlin") }
        #expect(
            skipped?.message
                == "2027-03-28T02:30 does not exist: the clocks are set forward then. Give another time")
        let doubled = #expect(throws: GatewayError.self) { try time("2026-10-25 02:30", in: "Europe/Berlin") }
        #expect(
            doubled?.message
                == "2026-10-25T02:30 occurs twice: the clocks are set back then. Add an offset: +0200 or +0100")
        #expect(try time("2026-10-25 02:30+01:00", in: "Europe/Berlin") == "2026-10-25T01:30:00.000Z")
    }

    @Test func `a time is shown in the zone of the user`() throws {
        let zone = try #require(Zone(named: "Europe/Berlin"))
        #expect(zone.text(of: noon) == "Fri 20 Nov 2026 13:00 CET")
        #expect(Zone.utc.text(of: noon) == "Fri 20 Nov 2026 12:00 UTC")
        #expect(Zone.utc.text(of: Timestamp(milliseconds: -1)) == "Wed 31 Dec 1969 23:59 UTC")
    }

    @Test(arguments: [
        ("+5", "+0500"), ("+05:30", "+0530"), ("-0330", "-0330"), ("+15:59", "+1559"), ("utc", "UTC"),
    ])
    func `an offset is a zone`(name: String, shown: String) throws {
        let zone = try #require(Zone(named: name))
        #expect(zone.text(of: noon, "%Z") == shown)
        #expect(zone.text(of: noon, "%z") == (shown == "UTC" ? "+0000" : shown))
    }

    @Test(arguments: ["+16", "+1:5", "+01:60", "++1", "+"])
    func `an invalid offset is no zone`(name: String) {
        #expect(Zone(named: name) == nil)
    }

    @Test func `zones of this machine have valid offsets from 1900 to 2100`() throws {
        for name in [
            "Africa/Cairo", "America/Sao_Paulo", "Asia/Kolkata", "Europe/Dublin", "Pacific/Auckland", "Etc/GMT+5",
        ] {
            let zone = try #require(Zone(named: name), "\(name)")
            for year in stride(from: 1900, through: 2100, by: 50) {
                let offset = zone.offset(at: Timestamp(milliseconds: Int64(year - 1970) * 31_556_952_000))
                #expect(abs(offset) <= 15 * 3600, "\(name) \(year)")
            }
        }
        for name in ["leapseconds", "Europe", "Europe/\(String(repeating: "x", count: 300))"] {
            #expect(Zone(named: name) == nil, "\(name)")
        }
    }

    @Test func `several zones are used at the same time`() async throws {
        let names = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"]
        let seconds: [Int64] = [3600, -18_000, 19_800, 39_600]
        let zones = try names.map { try #require(Zone(named: $0)) }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask { [noon] in
                    #expect(zones[number % 4].offset(at: noon) == seconds[number % 4])
                }
            }
        }
    }
}
