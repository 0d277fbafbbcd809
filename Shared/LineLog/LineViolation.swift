import Kernel

/// The reason why files about a line are refused. The text names the first wrong leaf if the files determine it.
package struct LineViolation: Error, Equatable, CustomStringConvertible {
    package let description: String
    /// True if the site has signed both sides of the contradiction. Otherwise the holder of a file may have changed it.
    package let isProof: Bool

    init(_ description: String, isProof: Bool = false) {
        self.description = description
        self.isProof = isProof
    }

    static func notInTree(_ receipt: LineReceipt, _ name: String) -> LineViolation {
        let number = receipt.leaf.number
        return LineViolation(
            "the first wrong leaf is \(number - 1): \(name) does not prove that place \(number) is in the line")
    }

    /// The leaves that differ in two files: one, or several of which the first wrong one is not known.
    static func differs(_ leaves: Range<Int>, _ first: LineFile, _ later: LineFile) -> LineViolation {
        let leaf =
            leaves.count == 1
            ? "\(leaves.lowerBound): place \(leaves.upperBound) is"
            : "one of \(leaves.lowerBound) to \(leaves.upperBound - 1): places \(leaves.lowerBound + 1) to \(leaves.upperBound) are"
        return LineViolation(
            "the first wrong leaf is \(leaf) not the same in \(first.name) and \(later.name), so the line was changed",
            isProof: true)
    }
}
