import Glibc
import Kernel

/// The figures of a benchmark: lines of text for people, or one line of JSON for programs.
struct Report {
    private struct Figure {
        let name: String
        let value: Double
        let unit: String
    }

    private let benchmark: String
    private let settings: [(name: String, value: String)]
    private var figures: [Figure] = []

    init(_ benchmark: String, _ settings: KeyValuePairs<String, String>) {
        self.benchmark = benchmark
        self.settings = settings.map { ($0.key, $0.value) }
    }

    /// Adds a figure. In JSON, underscores replace the spaces of `name`.
    mutating func add(_ name: String, _ value: Double, _ unit: String = "") {
        figures.append(Figure(name: name, value: value, unit: unit))
    }

    /// Adds the usual percentiles of latencies recorded in nanoseconds.
    mutating func add(latency: Histogram) {
        for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999)] {
            add(name, Double(latency.value(atOrBelow: share)) / 1000, "us")
        }
        add("max", Double(latency.largest) / 1000, "us")
    }

    func show(asJSON: Bool) {
        print(asJSON ? json : text)
    }

    private var text: String {
        let heading = "\(benchmark): " + settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let width = figures.map(\.name.count).max() ?? 0
        let lines = figures.map { figure in
            "  \(figure.name)\(String(repeating: " ", count: width - figure.name.count))  "
                + "\(Self.number(figure.value)) \(figure.unit)"
        }
        return ([heading] + lines).joined(separator: "\n")
    }

    private var json: String {
        let settings = settings.map { (name: Self.key($0.name), value: $0.value) }
        let figures = figures.map { (name: Self.key($0.name), value: Self.number($0.value)) }
        let members: [(name: String, value: (inout JSONWriter) -> Void)] = [
            ("benchmark", { $0.string(benchmark) }),
            ("settings", { $0.object(settings) { $0.string($1) } }),
            ("figures", { $0.object(figures) { $0.literal($1) } }),
        ]
        var json = JSONWriter()
        json.object(members) { json, write in write(&json) }
        return json.text
    }

    private static func key(_ name: String) -> String {
        String(name.map { $0 == " " || $0 == "." ? "_" : $0 })
    }

    /// Returns a whole number above 1000, three decimals below.
    private static func number(_ value: Double) -> String {
        if abs(value) >= 1000 { return "\(Int(value.rounded()))" }
        return "\((value * 1000).rounded() / 1000)"
    }
}
