import Kernel
import Testing
import Threads

@testable import Telemetry

@Suite struct MetricsTests {
    private let metrics = Metrics()

    @Test func `the text has the format of Prometheus`() {
        let calls = metrics.counters("calls_total", "Calls answered.", labels: ["method", "code"])
        calls.with("Join", "OK").increment()
        calls.with("Join", "OK").increment(by: 2)
        calls.with("Join", "NOT_FOUND").increment()
        metrics.gauge("connections", "Open now.").set(-3)
        metrics.gauge("depth", "Waiting\nnow, \\ or so.") { 1.5 }
        metrics.counter("lonely_total", "Counted without labels.").increment()
        metrics.gauges("length", "Per line.", labels: ["line"]) { [(["a"], 2), (["b\""], 0.5)] }
        let latency = metrics.histogram("latency_seconds", "How long.", bounds: [.milliseconds(1), .milliseconds(10)])
        latency.observe(.microseconds(1000))
        latency.observe(.microseconds(1001))
        latency.observe(.seconds(2))
        #expect(
            metrics.prometheusText == """
                # HELP calls_total Calls answered.
                # TYPE calls_total counter
                calls_total{method="Join",code="NOT_FOUND"} 1
                calls_total{method="Join",code="OK"} 3
                # HELP connections Open now.
                # TYPE connections gauge
                connections -3
                # HELP depth Waiting\\nnow, \\\\ or so.
                # TYPE depth gauge
                depth 1.5
                # HELP latency_seconds How long.
                # TYPE latency_seconds histogram
                latency_seconds_bucket{le="0.001"} 1
                latency_seconds_bucket{le="0.01"} 2
                latency_seconds_bucket{le="+Inf"} 3
                latency_seconds_sum 2.002001
                latency_seconds_count 3
                # HELP length Per line.
                # TYPE length gauge
                length{line="a"} 2
                length{line="b\\""} 0.5
                # HELP lonely_total Counted without labels.
                # TYPE lonely_total counter
                lonely_total 1

                """)
    }

    @Test func `a label value cannot end its quotes`() {
        metrics.counters("calls_total", "Calls.", labels: ["who"]).with("a\"} 1\nb\\").increment()
        #expect(metrics.prometheusText.contains(#"calls_total{who="a\"} 1\nb\\"} 1"# + "\n"))
    }

    @Test func `the same labels are the same metric`() {
        let family = metrics.counters("calls_total", "Calls.", labels: ["of"])
        #expect(family.with("a") === family.with("a"))
        #expect(family.with("a") !== family.with("b"))
    }

    @Test func `label values beyond the maximum share one metric`() {
        let family = metrics.counters("calls_total", "Calls.", labels: ["who"])
        for number in 0..<2000 { family.with("\(number)").increment() }
        #expect(family.all.count == Family<Counter>.maximumMetricCount + 1)
        #expect(family.with("other").count == 1000)
        #expect(family.with("7").count == 1)
    }

    @Test func `concurrent increments are not lost`() {
        let counter = metrics.counter("calls_total", "Calls.")
        let histogram = metrics.histogram("size_seconds", "Sizes.", bounds: [.nanoseconds(1)])
        let done = CountingSemaphore()
        for _ in 0..<4 {
            _ = Thread.start {
                for _ in 0..<10_000 {
                    counter.increment()
                    histogram.observe(UInt64(2))
                }
                done.signal()
            }
        }
        for _ in 0..<4 { done.wait() }
        #expect(counter.count == 40_000)
        #expect(histogram.snapshot == ([0, 40_000], 80_000))
    }

    @Test func `a negative duration counts as zero`() {
        let histogram = metrics.histogram("latency_seconds", "How long.", bounds: [.milliseconds(1)])
        histogram.observe(.seconds(-1))
        #expect(histogram.snapshot == ([1, 0], 0))
    }

    /// The calls are not in a loop, because before Swift 6.3 a closure in a separate process cannot capture values.
    @Test func `an invalid metric name ends the program at the start`() async {
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("", "Calls.") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("Calls", "Calls.") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("calls-total", "Calls.") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("1calls", "Calls.") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("calls total", "Calls.") }
    }

    @Test func `a metric declared twice ends the program at the start`() async {
        await #expect(processExitsWith: .failure) {
            let metrics = Metrics()
            _ = metrics.counter("calls_total", "Calls.")
            _ = metrics.gauge("calls_total", "Calls.")
        }
    }
}
