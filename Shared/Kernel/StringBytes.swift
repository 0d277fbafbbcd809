extension String {
    /// True if both texts have the same bytes. `==` also accepts other bytes for the same characters.
    package func hasSameBytes(as other: String) -> Bool { withBytes(of: other) { $0.elementsEqual($1) } }

    /// True if the bytes of this text are before those of `other`, in the order of databases.
    package func bytesPrecede(_ other: String) -> Bool { withBytes(of: other) { $0.lexicographicallyPrecedes($1) } }

    /// A loop over these bytes is many times faster than one over `utf8`.
    private func withBytes(
        of other: String, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        var (one, other) = (self, other)
        return one.withUTF8 { one in other.withUTF8 { other in body(one, other) } }
    }
}
