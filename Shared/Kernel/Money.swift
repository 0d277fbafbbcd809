/// An amount of one currency in whole minor units (cents). It never rounds.
package struct Money: Hashable, Sendable {
    package let minorUnits: Int64
    package let currency: Currency

    package init(minorUnits: Int64, _ currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    package static func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency) }

    package var isNegative: Bool { minorUnits < 0 }
    package var isPositive: Bool { minorUnits > 0 }
}

extension Money: CustomStringConvertible {
    /// The form that people write: `12.50 EUR`, `1200 JPY`, `-0.05 USD`.
    package var description: String {
        let digits = currency.fractionDigits
        let magnitude = String(minorUnits.magnitude)
        let sign = isNegative ? "-" : ""
        guard digits > 0 else { return "\(sign)\(magnitude) \(currency)" }
        let padded = String(repeating: "0", count: max(0, digits + 1 - magnitude.count)) + magnitude
        return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits)) \(currency)"
    }
}

extension Money: LosslessStringConvertible {
    /// Reads `12.50 EUR`, `EUR 12.50`, `12 EUR` and `-3 EUR`. Nil if the amount overflows or has more decimals than the
    /// currency.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return nil }
        if let currency = Currency(String(words[1])) {
            self.init(amount: words[0], currency)
        } else if let currency = Currency(String(words[0])) {
            self.init(amount: words[1], currency)
        } else {
            return nil
        }
    }

    private init?(amount: Substring, _ currency: Currency) {
        let isNegative = amount.hasPrefix("-")
        let parts = amount.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard (1...2).contains(parts.count), !parts[0].isEmpty, fraction.count <= currency.fractionDigits,
            parts.count == 1 || !fraction.isEmpty
        else { return nil }
        let digits = parts[0] + fraction + String(repeating: "0", count: currency.fractionDigits - fraction.count)
        guard digits.utf8.allSatisfy(\.isDigit), let minorUnits = Int64("\(isNegative ? "-" : "")\(digits)") else {
            return nil
        }
        self.init(minorUnits: minorUnits, currency)
    }
}
