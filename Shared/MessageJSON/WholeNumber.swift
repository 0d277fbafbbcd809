/// JSON numbers with a whole value: `12`, `1.2e1` and `12.0`.
enum WholeNumber {
    /// The digits without point and exponent. Nil if the number has a fraction or more digits than any field can store.
    static func digits(_ number: String) -> String? {
        let isNegative = number.hasPrefix("-")
        let parts = number.drop { $0 == "-" }.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard let mantissa = parts.first, parts.count <= 2, let exponent = Int(parts.count == 2 ? parts[1] : "0") else {
            return nil
        }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        var digits = halves.joined()[...].drop { $0 == "0" }
        if digits.isEmpty { return "0" }
        let fraction = halves.count == 2 ? halves[1].count : 0
        let longestNumber = 20
        let (zeros, overflow) = exponent.subtractingReportingOverflow(fraction)
        guard !overflow, zeros <= longestNumber else { return nil }
        if zeros >= 0 {
            digits += String(repeating: "0", count: zeros)
        } else {
            guard zeros >= -digits.count, digits.suffix(-zeros).allSatisfy({ $0 == "0" }) else { return nil }
            digits = digits.dropLast(-zeros)
        }
        return isNegative ? "-\(digits)" : String(digits)
    }
}
