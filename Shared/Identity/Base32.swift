/// Base32 of RFC 4648 without padding. A QR code stores upper-case letters and digits most densely.
///
/// Each sequence of bytes has exactly one text. Lower case, other lengths and stray bits at the end are refused.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func text(of bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        var pending: UInt32 = 0
        var bitCount = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bitCount += 8
            while bitCount >= 5 {
                bitCount -= 5
                characters.append(alphabet[Int(pending >> UInt32(bitCount)) & 31])
            }
            pending &= 1 << UInt32(bitCount) - 1
        }
        if bitCount > 0 { characters.append(alphabet[Int(pending << UInt32(5 - bitCount)) & 31]) }
        return String(decoding: characters, as: UTF8.self)
    }

    static func bytes(of text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var pending: UInt32 = 0
        var bitCount = 0
        for character in text.utf8 {
            guard let value = value(of: character) else { return nil }
            pending = pending << 5 | UInt32(value)
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bitCount)))
                pending &= 1 << UInt32(bitCount) - 1
            }
        }
        return bitCount < 5 && pending == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): character - UInt8(ascii: "2") + 26
        default: nil
        }
    }
}
