import Threads

/// All metrics of one name that differ in their label values. The label names are fixed. The metric for given values is
/// created on first use. Frequent callers keep it, because the lookup takes a lock.
package final class Family<Metric: Sendable>: Sendable {
    /// Maximum of metrics. Further combinations of values share one metric with the label values `other`. Each
    /// combination is stored permanently, here and in Prometheus, so values must come from the program, not from its
    /// users.
    package static var maximumMetricCount: Int { 1000 }

    let name: String
    let help: String
    let labels: [String]
    private let make: @Sendable () -> Metric
    private let metrics = Lock<[[String]: Metric]>([:])

    init(_ name: String, _ help: String, labels: [String], make: @escaping @Sendable () -> Metric) {
        self.name = name
        self.help = help
        self.labels = labels
        self.make = make
    }

    /// `values` has the order of the labels.
    package func with(_ values: String...) -> Metric {
        precondition(
            values.count == labels.count, "\(name) has the labels \(labels), but got \(values.count) values")
        return metrics.withLock { metrics in
            if let metric = metrics[values] { return metric }
            let isFull = metrics.count >= Self.maximumMetricCount
            let values = isFull ? values.map { _ in "other" } : values
            if let metric = metrics[values] { return metric }
            let metric = make()
            metrics[values] = metric
            return metric
        }
    }

    /// Sorted by values, so that equal metrics give equal text.
    var all: [(values: [String], metric: Metric)] {
        metrics.withLock { $0.map { (values: $0.key, metric: $0.value) } }
            .sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }
}
