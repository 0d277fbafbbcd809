import Kernel
import TestSupport
import Testing
import Threads

@testable import Telemetry

@Suite struct LogTests {
    private final class Lines: Sendable {
        private let state = Lock<[String]>([])
        var all: [String] { state.withLock { $0 } }
        func add(_ line: String) { state.withLock { $0.append(line) } }
    }

    private let clock = ManualClock()
    private let lines = Lines()

    private func log(_ level: LogLevel = .info, _ format: LogFormat = .text) -> Log {
        Log(level: level, format: format, clock: clock) { [lines] in lines.add($0) }
    }

    @Test func `an event is one line of text`() {
        log().info(
            "listening",
            [
                "address": "127.0.0.1:7000", "loops": 2, "took": .duration(.microseconds(1500)),
            ])
        #expect(
            lines.all == [
                "2026-11-20T12:00:00.000Z info    listening address=127.0.0.1:7000 loops=2 took=1.5ms\n"
            ])
    }

    @Test func `an event is one JSON object`() {
        log(.info, .json).log(
            .warning, "slow \"disk\"", [("path", "/a b"), ("took", .duration(.milliseconds(7)))],
            trace: TraceID(high: 1, low: 2), request: RequestID(high: 3, low: 4))
        #expect(
            lines.all == [
                #"{"time":"2026-11-20T12:00:00.000Z","level":"warning","message":"slow \"disk\"","#
                    + #""trace":"00000000000000010000000000000002","request":"00000000-0000-0003-0000-000000000004","#
                    + #""path":"/a b","took":7.0}"# + "\n"
            ])
    }

    @Test func `an event below the level is neither written nor built`() {
        let log = log(.warning)
        var isBuilt = false
        log.info(
            "quiet",
            {
                isBuilt = true; return ["a": 1]
            }())
        log.debug("quiet")
        log.error("loud")
        #expect(!isBuilt)
        #expect(lines.all == ["2026-11-20T12:00:00.000Z error   loud\n"])
    }

    @Test(arguments: LogFormat.allCases) func `no text ends the line or adds a field`(format: LogFormat) throws {
        let hostile = "x\" admin=true\n2026 error  fake\r\t\u{1b}[2J\u{7f}\u{85}\u{2028}\u{202e}\u{e0041}\0\\"
        log(.info, format).info("\(hostile)", ["na me=\"\n": .text(hostile)])
        let line = try #require(lines.all.first)
        let isSafe = line.dropLast().unicodeScalars.allSatisfy { (0x20..<0x7f).contains($0.value) }
        #expect(isSafe)
        #expect(line.hasSuffix("\n"))
        #expect(line.contains("na_me___"))
        #expect(
            line.contains(#"x\" admin=true\n2026 error  fake\r\t\u001b[2J\u007f\u0085\u2028\u202e\udb40\udc41\u0000\\"#)
        )
    }

    @Test func `text of other languages stays readable`() {
        log().info("signed up", ["name": "Zoë 王 🎫"])
        #expect(lines.all.first?.contains(#"name="Zoë 王 🎫""#) == true)
    }

    @Test func `a field cannot take the place of another`() {
        log(.info, .json).log(.info, "twice", [("level", "x"), ("a", 1), ("a", 2)], trace: TraceID(high: 0, low: 0))
        #expect(lines.all.first?.contains(#""level_":"x","a":1,"a_":2"#) == true)
    }

    @Test func `long text and many fields are cut`() throws {
        let fields = (0..<40).map { (key: "f\($0)", value: LogValue.text(String(repeating: "\u{1}", count: 5000))) }
        log().log(.info, "long", fields)
        let line = try #require(lines.all.first)
        #expect(line.contains("f31="))
        #expect(!line.contains("f32="))
        #expect(line.utf8.count < 32 * 1100)
    }

    @Test func `a message that comes too often is suppressed, and its next line has the number`() {
        let log = log()
        for _ in 0..<50 { log.info("flood") }
        log.info("other")
        #expect(lines.all.count == 21)
        clock.advance(by: .seconds(1))
        log.info("flood")
        #expect(lines.all.last == "2026-11-20T12:00:01.000Z info    flood left_out=30\n")
        log.info("flood")
        #expect(lines.all.last == "2026-11-20T12:00:01.000Z info    flood\n")
    }

    @Test func `suppressed lines are reported even if the message never comes again`() {
        let log = log()
        for _ in 0..<25 { log.info("flood") }
        log.reportSuppressed()
        #expect(lines.all.count == 20)
        clock.advance(by: .seconds(1))
        log.reportSuppressed()
        #expect(lines.all.last == "2026-11-20T12:00:01.000Z warning messages left out like=flood left_out=5\n")
        log.reportSuppressed()
        #expect(lines.all.count == 21)
    }

    @Test func `the end of the log reports recently suppressed lines`() {
        let log = log()
        for _ in 0..<25 { log.info("flood") }
        log.reportSuppressed(isEnd: true)
        #expect(lines.all.last?.contains("messages left out like=flood left_out=5") == true)
    }

    @Test func `a step of the wall clock does not change the limit`() {
        let log = log()
        for _ in 0..<20 { log.info("flood") }
        clock.step(to: .noon + .hours(1))
        log.info("flood")
        #expect(lines.all.count == 20)
    }

    @Test func `messages beyond the maximum number share one limit`() {
        let log = log()
        for number in 0..<1000 { log.info("message \(number)") }
        #expect(lines.all.count == LogLimiter.maximumMessageCount + LogLimiter.linesPerWindow)
        clock.advance(by: .seconds(1))
        log.info("message again")
        #expect(lines.all.last?.contains("message again") == true)
        log.reportSuppressed()
    }
}
