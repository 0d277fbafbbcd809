enum Decoding {
    /// Runs a decoder of libsodium. Nil if it refuses the text.
    static func bytes(
        of text: String,
        with decode: (UnsafeMutablePointer<UInt8>, Int, UnsafePointer<CChar>, Int, inout Int) -> CInt
    ) -> [UInt8]? {
        let limit = text.utf8.count
        var isDecoded = false
        // One byte more, because the pointer of an empty buffer may be null.
        let bytes = [UInt8](unsafeUninitializedCapacity: limit + 1) { bytes, count in
            isDecoded = text.withCString { decode(bytes.baseAddress!, limit, $0, limit, &count) } == 0
        }
        return isDecoded ? bytes : nil
    }
}
