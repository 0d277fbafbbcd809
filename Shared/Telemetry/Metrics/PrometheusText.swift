extension Metrics {
    /// The text exposition format of Prometheus, version 0.0.4.
    package var prometheusText: String {
        var text = ""
        for collection in all {
            switch collection {
            case .counters(let family):
                text += Self.heading(family.name, family.help, "counter")
                for (values, counter) in family.all {
                    text += "\(family.name)\(Self.labels(family.labels, values)) \(counter.count)\n"
                }
            case .reading(let name, let help, let read):
                text += Self.heading(name, help, "gauge") + "\(name) \(Self.number(read()))\n"
            case .readings(let name, let help, let names, let read):
                text += Self.heading(name, help, "gauge")
                for (values, value) in read() { text += "\(name)\(Self.labels(names, values)) \(Self.number(value))\n" }
            case .info(let name, let help, let facts):
                text += Self.heading(name, help, "gauge")
                text += "\(name)\(Self.labels(facts.map(\.name), facts.map(\.value))) 1\n"
            case .histograms(let family):
                text += Self.heading(family.name, family.help, "histogram")
                for (values, histogram) in family.all { text += Self.lines(of: histogram, family, values) }
            }
        }
        return text
    }

    private static func lines(of histogram: Histogram, _ family: Family<Histogram>, _ values: [String]) -> String {
        let (buckets, sum) = histogram.snapshot
        let bounds = histogram.bounds.map { number(Double($0) / 1e9) } + ["+Inf"]
        var text = ""
        // The total is the sum of the buckets, so that both agree even during concurrent updates.
        var total: UInt64 = 0
        for (bound, count) in zip(bounds, buckets) {
            total += count
            text += "\(family.name)_bucket\(labels(family.labels + ["le"], values + [bound])) \(total)\n"
        }
        let labels = labels(family.labels, values)
        text += "\(family.name)_sum\(labels) \(number(Double(sum) / 1e9))\n"
        return text + "\(family.name)_count\(labels) \(total)\n"
    }

    private static func heading(_ name: String, _ help: String, _ type: String) -> String {
        "# HELP \(name) \(escaped(help, quotes: false))\n# TYPE \(name) \(type)\n"
    }

    private static func labels(_ names: [String], _ values: [String]) -> String {
        if names.isEmpty { return "" }
        return "{" + zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
