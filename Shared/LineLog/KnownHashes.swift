import Identity

/// The hashes of subtrees that a file contains, each over a range of leaves. Inclusion and consistency are proved alike: the
/// known hashes give the hash of a larger range.
package struct KnownHashes: Sendable {
    /// The hashes of the single leaves from the first one on, in a file with the whole log.
    private var leaves: MerkleTree?
    private var hashes: [Range<Int>: SHA256Hash]

    package init(leaves: MerkleTree) {
        self.leaves = leaves
        hashes = [:]
    }

    package init(_ hashes: [Range<Int>: SHA256Hash]) {
        self.hashes = hashes
    }

    mutating func add(_ hash: SHA256Hash, of range: Range<Int>) { hashes[range] = hash }

    /// Nil if the known hashes do not determine it.
    package func hash(_ range: Range<Int>) -> SHA256Hash? {
        if let leaves { return range.upperBound <= leaves.size ? leaves.hash(range) : nil }
        if let hash = hashes[range] { return hash }
        guard range.count > 1 else { return nil }
        let (left, right) = range.halves
        guard let right = hash(right), let left = hash(left) else { return nil }
        return .node(left, right)
    }

    /// The known ranges in the order of their leaves.
    package var ranges: [Range<Int>] {
        leaves.map { tree in (0..<tree.size).map { $0..<$0 + 1 } }
            ?? hashes.keys.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    /// The siblings on the way from a leaf to the root of `size` leaves.
    package static func siblings(of leaf: Int, at size: Int) -> [Range<Int>] {
        precondition(leaf >= 0 && leaf < size, "the tree has \(size) leaves")
        var siblings: [Range<Int>] = []
        var range = 0..<size
        while range.count > 1 {
            let (left, right) = range.halves
            let isLeft = left.contains(leaf)
            siblings.append(isLeft ? right : left)
            range = isLeft ? left : right
        }
        return siblings.reversed()
    }

    /// The subtrees of a proof that the first `first` leaves of `size` have not changed.
    package static func consistencyRanges(from first: Int, to size: Int) -> [Range<Int>] {
        precondition(first > 0 && first <= size, "the tree has \(size) leaves")
        var ranges: [Range<Int>] = []
        var (range, isOld) = (0..<size, true)
        while range.upperBound > first {
            let (left, right) = range.halves
            if first <= left.upperBound {
                ranges.append(right)
                range = left
            } else {
                ranges.append(left)
                (range, isOld) = (right, false)
            }
        }
        // A verifier knows the root of the first leaves.
        if !isOld { ranges.append(range) }
        return ranges.reversed()
    }
}
