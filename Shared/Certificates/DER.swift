import Kernel

/// Writes values in DER (X.690), the encoding of certificates. Each value has exactly one text.
enum DER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag] + length(content.count) + content
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        var bytes: [UInt8] = []
        var rest = count
        while rest > 0 {
            bytes.insert(UInt8(rest & 0xff), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(bytes.count)] + bytes
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { sequence(of: parts) }
    static func sequence(of parts: [[UInt8]]) -> [UInt8] { value(0x30, Array(parts.joined())) }
    static func set(_ part: [UInt8]) -> [UInt8] { value(0x31, part) }
    static func octets(_ bytes: [UInt8]) -> [UInt8] { value(0x04, bytes) }
    static func utf8(_ text: String) -> [UInt8] { value(0x0c, Array(text.utf8)) }
    static var yes: [UInt8] { [0x01, 0x01, 0xff] }

    /// A value with a tag of its context. `isConstructed` if `content` consists of values.
    static func tagged(_ number: UInt8, isConstructed: Bool = false, _ content: [UInt8]) -> [UInt8] {
        value(0x80 | (isConstructed ? 0x20 : 0) | number, content)
    }

    /// A number of any size that is not negative, big endian.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        return value(0x02, digits.isEmpty || digits[0] & 0x80 != 0 ? [0] + digits : digits)
    }

    static func bits(_ bytes: [UInt8], unused: UInt8 = 0) -> [UInt8] { value(0x03, [unused] + bytes) }

    /// An object identifier, such as `[2, 5, 4, 3]`.
    static func object(_ numbers: [Int]) -> [UInt8] {
        var bytes = [UInt8(numbers[0] * 40 + numbers[1])]
        for number in numbers.dropFirst(2) {
            var groups = [UInt8(number & 0x7f)]
            var rest = number >> 7
            while rest > 0 {
                groups.insert(0x80 | UInt8(rest & 0x7f), at: 0)
                rest >>= 7
            }
            bytes += groups
        }
        return value(0x06, bytes)
    }

    /// A time in whole seconds: UTCTime before 2050, GeneralizedTime from then on, as RFC 5280 requires.
    static func time(_ time: Timestamp) -> [UInt8] {
        let digits = time.description.prefix(19).filter(\.isNumber) + "Z"
        return time < Timestamp(milliseconds: 2_524_608_000_000)
            ? value(0x17, Array(digits.dropFirst(2).utf8)) : value(0x18, Array(digits.utf8))
    }
}
