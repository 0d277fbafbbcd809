extension FixedWidthInteger where Self: UnsignedInteger {
    /// All digits of the number in base 16, lower case, with leading zeros.
    package var hexadecimalDigits: String {
        let count = Self.bitWidth / 4
        return String(unsafeUninitializedCapacity: count) { text in
            if let start = text.baseAddress { writeDigits(to: start) }
            return count
        }
    }

    /// Writes all digits, as `hexadecimalDigits` returns them.
    @inlinable
    package func writeDigits(to text: UnsafeMutablePointer<UInt8>) {
        var rest = self
        for index in (0..<Self.bitWidth / 4).reversed() {
            let digit = UInt8(truncatingIfNeeded: rest & 0xf)
            text[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest >>= 4
        }
    }
}
