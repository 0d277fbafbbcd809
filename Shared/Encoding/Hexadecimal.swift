import CSodium

/// Bytes as hexadecimal digits.
package enum Hexadecimal {
    /// Two lower-case digits for each byte.
    package static func text(of bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count + 1) { text in
            text.withMemoryRebound(to: CChar.self) { text in
                _ = sodium_bin2hex(text.baseAddress!, text.count, bytes, bytes.count)
            }
            return 2 * bytes.count
        }
    }

    /// Nil if `text` has an odd length or a character that is no hexadecimal digit.
    package static func bytes(of text: String) -> [UInt8]? {
        Decoding.bytes(of: text) { bytes, limit, text, count, end in
            sodium_hex2bin(bytes, limit, text, count, nil, &end, nil)
        }
    }
}
