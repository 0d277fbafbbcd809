import Kernel

/// Amounts of money as people write them: `12.50 EUR`, `EUR 12.50`, `12,50 €`, `$5`.
enum Amount {
    private static let symbols: [Character: Currency] = ["€": .eur, "$": .usd, "£": .gbp, "¥": .jpy]

    static func read(_ text: String) -> Money? {
        // One number and one currency, in either order; `1 000 EUR` may be a thousand or a slip, so it is neither.
        var parts: [(isNumber: Bool, text: String)] = []
        var isApart = true
        for character in text {
            if character == " " {
                isApart = true
                continue
            }
            let symbol = symbols[character]?.code
            let isNumber = symbol == nil && !character.isLetter
            if isApart || parts.last?.isNumber != isNumber { parts.append((isNumber, "")) }
            parts[parts.count - 1].text += symbol ?? String(character)
            isApart = false
        }
        guard parts.count == 2, let number = parts.first(where: \.isNumber).flatMap({ withPoint($0.text) }),
            let code = parts.first(where: { !$0.isNumber })?.text
        else { return nil }
        return Money("\(number) \(code)")
    }

    /// A comma stands for the point where there is one comma, and no point; before three digits it may stand for thousands.
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
            placeholder: "AMOUNT", allowed: "an amount above zero such as 12.50 EUR, with nothing between thousands"
        ) { text in
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
    /// Of a message, whose amounts are minor units.
    init?(_ minorUnits: some BinaryInteger, _ code: String) {
        guard let currency = Currency(code) else { return nil }
        self.init(minorUnits: Int64(clamping: minorUnits), currency)
    }

    /// Also where the currency is one that this program does not know.
    static func text(_ minorUnits: some BinaryInteger, _ code: String) -> String {
        Money(minorUnits, code).map { "\($0)" } ?? "\(minorUnits) minor units of \(code)"
    }

    static func json(_ minorUnits: some BinaryInteger, _ code: String) -> JSON {
        .object(["minorUnits": .count(minorUnits), "currency": .string(code)])
    }
}
