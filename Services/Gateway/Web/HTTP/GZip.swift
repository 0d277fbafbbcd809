import CZlib

/// Decompresses bodies in the gzip format.
enum GZip {
    enum Problem: Error {
        case malformed
        /// The content has more bytes than the limit.
        case tooLarge
    }

    /// Tells the library to read no other format.
    private static let gzipOnly = 16 + MAX_WBITS

    /// The content of a complete gzip file with one member. Its memory is bounded by `limit`, whatever the bytes claim.
    static func content(of bytes: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .malformed
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        // One byte more than the limit shows that the content is too large.
        var content = [UInt8](repeating: 0, count: limit + 1)
        let (result, count, rest) = input.withUnsafeMutableBufferPointer { input in
            content.withUnsafeMutableBufferPointer { content in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = content.baseAddress
                stream.avail_out = UInt32(clamping: content.count)
                let result = inflate(&stream, Z_FINISH)
                return (result, content.count - Int(stream.avail_out), Int(stream.avail_in))
            }
        }
        if count > limit { throw .tooLarge }
        guard result == Z_STREAM_END, rest == 0 else { throw .malformed }
        content.removeLast(content.count - count)
        return content
    }
}
