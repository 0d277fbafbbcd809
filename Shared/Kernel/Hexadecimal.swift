extension FixedWidthInteger where Self: UnsignedInteger {
    /// All digits, lower case, with leading zeros. The module Encoding has the digits of bytes.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Self.bitWidth / 4 - digits.utf8.count) + digits
    }
}
