import CSodium

/// Base64 of RFC 4648. Writes the standard alphabet with padding. Reads both alphabets, with or without padding.
package enum Base64 {
    package static func text(of bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        let size = sodium_base64_encoded_len(bytes.count, sodium_base64_VARIANT_ORIGINAL)
        return String(unsafeUninitializedCapacity: size) { text in
            text.withMemoryRebound(to: CChar.self) { text in
                _ = sodium_bin2base64(text.baseAddress!, size, bytes, bytes.count, sodium_base64_VARIANT_ORIGINAL)
            }
            return size - 1
        }
    }

    package static func bytes(of text: String) -> [UInt8]? {
        let isForURLs = text.utf8.contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        let variant =
            switch (isForURLs, text.hasSuffix("=")) {
            case (false, true): sodium_base64_VARIANT_ORIGINAL
            case (false, false): sodium_base64_VARIANT_ORIGINAL_NO_PADDING
            case (true, true): sodium_base64_VARIANT_URLSAFE
            case (true, false): sodium_base64_VARIANT_URLSAFE_NO_PADDING
            }
        return Decoding.bytes(of: text) { bytes, limit, text, count, end in
            sodium_base642bin(bytes, limit, text, count, nil, &end, nil, variant)
        }
    }
}
