import Kernel

extension Duration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a whole number with a unit, such as `250ms`. Nil for any other text.
    package init?(optionText text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let name = text[digits.endIndex...]
        guard let count = Int64(digits), let unit = Self.units.first(where: { $0.name == name }) else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The duration as a whole number of the largest possible unit.
    package var optionText: String {
        let milliseconds = self.milliseconds
        let unit = Self.units.last { milliseconds.isMultiple(of: $0.milliseconds) && milliseconds != 0 } ?? ("s", 1000)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}
