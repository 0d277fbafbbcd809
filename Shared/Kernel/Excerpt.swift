/// Shortens text of a request for an error message and a log line.
package enum Excerpt {
    package static let maxBytes = 200
    private static let ellipsis = "…"

    /// Returns all of `text`, or its beginning and an ellipsis.
    package static func of(_ text: String) -> String {
        guard text.utf8.count > maxBytes else { return text }
        return text.beginning(atMost: maxBytes - ellipsis.utf8.count) + ellipsis
    }

    /// The same for bytes that should be UTF-8. Decodes little more than it returns.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        // Four bytes more, because a character that is cut here becomes a replacement character at the end.
        of(String(decoding: bytes.prefix(maxBytes + 4), as: UTF8.self))
    }
}

extension String {
    /// Returns the longest beginning that has at most `bytes` bytes and splits no Unicode scalar.
    package func beginning(atMost bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(startIndex, offsetBy: bytes)
        while end > startIndex, UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
