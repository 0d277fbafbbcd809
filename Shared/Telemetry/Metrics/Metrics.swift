import Kernel
import Threads

/// All metrics of a program: declared once at the start, updated without locks, and exported for Prometheus.
package final class Metrics: Sendable {
    enum Collection: Sendable {
        case counters(Family<Counter>)
        case histograms(Family<Histogram>)
        case reading(name: String, help: String, read: @Sendable () -> Double)
        case readings(name: String, help: String, labels: [String], read: Readings)
        case info(name: String, help: String, facts: [(name: String, value: String)])

        var name: String {
            switch self {
            case .counters(let family): family.name
            case .histograms(let family): family.name
            case .reading(let name, _, _), .readings(let name, _, _, _), .info(let name, _, _): name
            }
        }
    }

    /// The values of a gauge, each with the values of its labels.
    package typealias Readings = @Sendable () -> [(values: [String], value: Double)]

    private let collections = Lock<[Collection]>([])

    package init() {}

    package func counter(_ name: String, _ help: String) -> Counter {
        counters(name, help, labels: []).with()
    }

    package func counters(_ name: String, _ help: String, labels: [String]) -> Family<Counter> {
        let family = Family(name, help, labels: labels) { Counter() }
        declare(.counters(family), labels)
        return family
    }

    package func gauge(_ name: String, _ help: String) -> Gauge {
        let gauge = Gauge()
        self.gauge(name, help) { Double(gauge.level) }
        return gauge
    }

    /// Declares a gauge whose value is computed for each export. `read` runs on the status thread and must not block.
    package func gauge(_ name: String, _ help: String, read: @escaping @Sendable () -> Double) {
        declare(.reading(name: name, help: help, read: read), [])
    }

    /// Declares a gauge with labels. `read` returns each combination of label values once, and a bounded number of them. It
    /// runs as that of a gauge without labels.
    package func gauges(_ name: String, _ help: String, labels: [String], read: @escaping Readings) {
        declare(.readings(name: name, help: help, labels: labels, read: read), labels)
    }

    /// Declares a gauge that is always 1, with facts about the program as its labels.
    package func info(_ name: String, _ help: String, _ facts: [(String, String)]) {
        declare(.info(name: name, help: help, facts: facts.map { (name: $0, value: $1) }), facts.map(\.0))
    }

    package func histogram(_ name: String, _ help: String, bounds: [Duration] = Histogram.latencyBounds) -> Histogram {
        histograms(name, help, labels: [], bounds: bounds).with()
    }

    package func histograms(
        _ name: String, _ help: String, labels: [String], bounds: [Duration] = Histogram.latencyBounds
    ) -> Family<Histogram> {
        precondition(!labels.contains("le"), "\(name): the label le is reserved for buckets")
        let family = Family(name, help, labels: labels) { Histogram(bounds: bounds.map(\.nanoseconds)) }
        declare(.histograms(family), labels)
        return family
    }

    var all: [Collection] { collections.withLock { $0 }.sorted { $0.name < $1.name } }

    private func declare(_ collection: Collection, _ labels: [String]) {
        for name in [collection.name] + labels {
            precondition(Self.isName(name), "\(name) is not a valid metric name: use lower-case letters, digits and _")
        }
        let isNew = collections.withLock { collections in
            guard !collections.contains(where: { $0.name == collection.name }) else { return false }
            collections.append(collection)
            return true
        }
        precondition(isNew, "the metric \(collection.name) is declared twice")
    }

    private static func isName(_ name: String) -> Bool {
        name.utf8.first.map { !$0.isDigit } == true && name.isMade(ofLettersDigitsAnd: "_")
    }
}
