import Kernel

/// Amounts as people write them: `€1,250.00`, `50,000원`, `CHF 20.00`.
enum MoneyText {
    private static let symbols = ["EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "KRW": "₩"]

    /// `minorUnits` are those of a message. An unknown currency has two decimals.
    static func text(_ minorUnits: UInt64, _ currency: String) -> Text {
        let digits = Currency(currency)?.fractionDigits ?? 2
        let number = decimal(minorUnits, fractionDigits: digits)
        let plain = symbols[currency].map { "\($0)\(number)" } ?? "\(currency)\u{a0}\(number)"
        return Text(plain, currency == "KRW" ? "\(number)원" : plain)
    }

    /// The number with commas between thousands and a decimal point, as both languages write it.
    static func decimal(_ minorUnits: UInt64, fractionDigits digits: Int) -> String {
        let text = String(minorUnits)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.utf8.count)) + text
        let fraction = digits == 0 ? "" : ".\(padded.suffix(digits))"
        return grouped(String(padded.dropLast(digits))) + fraction
    }

    static func grouped(_ digits: String) -> String {
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return grouped
    }

    /// Parses an amount that a user types: `1,250.00`, `12,5`, `50000`. Nil if it is no amount above zero.
    static func minorUnits(of typed: String, _ currency: String) -> UInt64? {
        var number = String(typed.filter { !$0.isWhitespace && !"€$£¥₩원".contains($0) })
        if !number.contains("."), let comma = number.lastIndex(of: ","), number[comma...].count != 4 {
            number = String(number[..<comma].filter { $0 != "," } + "." + number[comma...].dropFirst())
        }
        number = number.filter { $0 != "," }
        guard let money = Money("\(number) \(currency)"), money.isPositive else { return nil }
        return UInt64(money.minorUnits)
    }
}
