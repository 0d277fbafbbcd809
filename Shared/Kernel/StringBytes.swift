import Glibc

extension String {
    /// True if both texts have the same bytes. `==` also accepts other bytes for the same characters.
    package func hasSameBytes(as other: String) -> Bool { compareBytes(with: other) == 0 }

    /// True if the bytes of this text are before those of `other`, in the order of databases.
    package func bytesPrecede(_ other: String) -> Bool { compareBytes(with: other) < 0 }

    /// Less than, equal to, or greater than 0. A loop over `utf8` is many times slower.
    private func compareBytes(with other: String) -> Int {
        var (one, other) = (self, other)
        return one.withUTF8 { one in
            other.withUTF8 { other in
                guard let first = one.baseAddress, let second = other.baseAddress else {
                    return one.count - other.count
                }
                let order = Int(memcmp(first, second, min(one.count, other.count)))
                return order == 0 ? one.count - other.count : order
            }
        }
    }
}
