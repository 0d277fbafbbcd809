import Threads

/// All metrics of one name that differ in their labels. The names of the labels are fixed; a metric for given values is
/// made when first asked for, and whoever counts often keeps it.
package final class Family<Metric: Sendable>: Sendable {
    /// Each combination of values is kept for ever, here and in Prometheus: what is asked for beyond this many shares one
    /// metric whose labels all say `other`. So values must come from the program, not from its users.
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

    /// `values` in the order of the labels.
    package func with(_ values: String...) -> Metric { with(values) }

    package func with(_ values: [String]) -> Metric {
        precondition(
            values.count == labels.count, "\(name) has the labels \(labels), and was given \(values.count) values")
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

    /// Sorted by values, so that two looks at the same metrics read the same.
    var all: [(values: [String], metric: Metric)] {
        metrics.withLock { $0.map { (values: $0.key, metric: $0.value) } }
            .sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }
}
