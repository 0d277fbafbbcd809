import Kernel

/// Amounts of money as people write them: `12.50 EUR`, `EUR 12.50`, `12,50 €`, `$5`.
enum Amount {
    private static let symbols: [Character: Currency] = ["€": .eur, "$": .usd, "£": .gbp, "¥": .jpy]

    static func read(_ text: String) -> Money? {
        var number = ""
        var code = ""
        for character in text {
            if let currency = symbols[character] {
                code += currency.code
            } else if character.isLetter {
                code.append(character)
            } else if character != " " {
                number.append(character)
            }
        }
        guard let number = withPoint(number) else { return nil }
        return Money("\(number) \(code)")
    }

    /// A comma stands for the point where there is one comma, and no point.
    private static func withPoint(_ number: String) -> String? {
        let commas = number.count { $0 == "," }
        if commas == 0 { return number }
        guard commas == 1, !number.contains(".") else { return nil }
        return String(number.map { $0 == "," ? "." : $0 })
    }
}

extension ValueKind<Money> {
    static var amount: Self {
        ValueKind(placeholder: "AMOUNT", allowed: "an amount above zero such as 12.50 EUR") { text in
            Amount.read(text).flatMap { $0.isPositive ? $0 : nil }
        }
    }
}

extension ValueKind<Currency> {
    static var currency: Self {
        ValueKind(placeholder: "CODE", allowed: "a currency of ISO 4217 such as EUR") { Currency($0) }
    }
}

extension Money {
    /// Of a message, whose amounts are minor units without a sign.
    init?(_ minorUnits: UInt64, _ code: String) {
        guard let currency = Currency(code) else { return nil }
        self.init(minorUnits: Int64(clamping: minorUnits), currency)
    }

    /// Also where the currency is one that this program does not know.
    static func text(_ minorUnits: UInt64, _ code: String) -> String {
        Money(minorUnits, code).map { "\($0)" } ?? "\(minorUnits) minor units of \(code)"
    }

    static func json(_ minorUnits: UInt64, _ code: String) -> JSON {
        .object(["minorUnits": .count(minorUnits), "currency": .string(code)])
    }
}
