/// Checks that bytes are UTF-8 without NUL.
enum TextCheck {
    /// Checks eight ASCII bytes at a time, other text character by character.
    static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard var cursor = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
        let end = cursor + bytes.count
        while cursor < end {
            if end - cursor >= 8 {
                let word = UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self)
                if hasOnlyASCIIWithoutNUL(word) {
                    cursor += 8
                    continue
                }
            }
            let length = characterLength(cursor, before: end)
            guard length > 0 else { return false }
            cursor += length
        }
        return true
    }

    /// The second term sets the highest bit of the lowest zero byte.
    private static func hasOnlyASCIIWithoutNUL(_ word: UInt64) -> Bool {
        (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 == 0
    }

    /// The length of the character at `cursor`. 0 for a NUL or an ill-formed character (Unicode, table 3-7).
    private static func characterLength(_ cursor: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> Int {
        let first = cursor[0]
        if first < 0x80 { return first == 0 ? 0 : 1 }
        let available = end - cursor
        guard available >= 2 else { return 0 }
        let second = cursor[1]
        switch first {
        case 0xc2...0xdf:
            return isContinuation(second) ? 2 : 0
        case 0xe0...0xef:
            guard available >= 3, isContinuation(second), isContinuation(cursor[2]) else { return 0 }
            if first == 0xe0 { return second >= 0xa0 ? 3 : 0 }
            if first == 0xed { return second < 0xa0 ? 3 : 0 }
            return 3
        case 0xf0...0xf4:
            guard available >= 4, isContinuation(second), isContinuation(cursor[2]), isContinuation(cursor[3]) else {
                return 0
            }
            if first == 0xf0 { return second >= 0x90 ? 4 : 0 }
            if first == 0xf4 { return second < 0x90 ? 4 : 0 }
            return 4
        default:
            return 0
        }
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
}
