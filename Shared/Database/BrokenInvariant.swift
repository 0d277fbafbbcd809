/// A violated invariant in the stored rows. Throwing it rolls the transaction back. The server counts it for operators
/// and answers INTERNAL.
package struct BrokenInvariant: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
