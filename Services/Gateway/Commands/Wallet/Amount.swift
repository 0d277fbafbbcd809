import CommandLine
import Kernel

/// Parses amounts of money: `12.50 EUR`, `EUR 12.50`, `12,50 €`, `$5`.
enum Amount {
    private static let symbols = ["€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"]

    /// Nil if the text is not one number and one currency, in either order.
    ///
    /// A second number makes the text invalid: `1 000 EUR` may be a thousand or a typing error.
    static func read(_ text: String) -> Money? {
        let text = symbols.reduce(text) { $0.replacing($1.key, with: $1.value) }.trimmed
        let form = /([^\p{L}\s]+)\s*(\p{L}+)|(\p{L}+)\s*([^\p{L}\s]+)/
        guard let parts = text.wholeMatch(of: form)?.output, let code = parts.2 ?? parts.3,
            let number = (parts.1 ?? parts.4).flatMap({ withPoint(String($0)) })
        else { return nil }
        return Money("\(number) \(code)")
    }

    /// The number with a decimal point. One comma is a decimal comma. Nil if a comma may separate thousands.
    private static func withPoint(_ number: String) -> String? {
        let commas = number.count { $0 == "," }
        if commas == 0 { return number }
        let digitsBehind = number.reversed().prefix { $0 != "," }.count
        guard commas == 1, !number.contains("."), digitsBehind != 3 else { return nil }
        return String(number.map { $0 == "," ? "." : $0 })
    }
}

extension ValueKind<Money> {
    static var amount: Self {
        ValueKind(
            placeholder: "AMOUNT", allowed: "an amount above zero, such as 12.50 EUR, without thousands separators"
        ) { text in
            Amount.read(text).flatMap { $0.isPositive ? $0 : nil }
        }
    }
}

extension ValueKind<Currency> {
    static var currency: Self {
        ValueKind(placeholder: "CODE", allowed: "an ISO 4217 currency code, such as EUR") { Currency($0) }
    }
}

extension Money {
    /// The amount of a message, in minor units. Nil for an unknown currency.
    init?(_ minorUnits: some BinaryInteger, _ code: String) {
        guard let currency = Currency(code) else { return nil }
        self.init(minorUnits: Int64(clamping: minorUnits), currency)
    }

    /// The amount for people. An unknown currency is shown in minor units.
    static func text(_ minorUnits: some BinaryInteger, _ code: String) -> String {
        Money(minorUnits, code).map { "\($0)" } ?? "\(minorUnits) minor units of \(code)"
    }

    /// The amount for a column beside that of the currency.
    static func digits(_ minorUnits: some BinaryInteger, _ code: String) -> String {
        String(text(minorUnits, code).prefix { $0 != " " })
    }

    static func json(_ minorUnits: some BinaryInteger, _ code: String) -> JSON {
        .object(["minorUnits": .count(minorUnits), "currency": .string(code)])
    }
}
