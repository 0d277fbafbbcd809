import Identity

/// The hash tree of RFC 6962 over the leaves of an append-only log. It keeps the hash of each complete subtree, 64 bytes
/// for each leaf in all. Every root, path and tile of any earlier size then needs a few hashes.
package struct MerkleTree: Sendable {
    /// A chunk has the hashes of one tile, so the tree grows without copies.
    package static let tileWidth = 256
    /// The levels of the tree in one level of tiles.
    private static let tileHeight = 8

    package private(set) var size = 0
    /// For each level, the hashes of the complete subtrees of 2^level leaves, in chunks.
    private var levels: [[ContiguousArray<SHA256Hash>]] = []

    package init() {}

    package mutating func append(_ leaf: SHA256Hash) {
        var (hash, level, index) = (leaf, 0, size)
        add(hash, at: level)
        while index & 1 == 1 {
            hash = .node(self.hash(level, index - 1), hash)
            (level, index) = (level + 1, index >> 1)
            add(hash, at: level)
        }
        size += 1
    }

    private mutating func add(_ hash: SHA256Hash, at level: Int) {
        if level == levels.count { levels.append([]) }
        if levels[level].last?.count ?? Self.tileWidth == Self.tileWidth { levels[level].append([]) }
        levels[level][levels[level].count - 1].append(hash)
    }

    private func hash(_ level: Int, _ index: Int) -> SHA256Hash {
        levels[level][index / Self.tileWidth][index % Self.tileWidth]
    }

    /// The hash of the subtree over these leaves.
    package func hash(_ leaves: Range<Int>) -> SHA256Hash {
        precondition(leaves.lowerBound >= 0 && leaves.upperBound <= size, "the tree has \(size) leaves")
        guard !leaves.isEmpty else { return SHA256Hash(of: []) }
        let count = leaves.count
        if count & (count - 1) == 0, leaves.lowerBound % count == 0 {
            return hash(count.trailingZeroBitCount, leaves.lowerBound / count)
        }
        let (left, right) = leaves.halves
        return .node(hash(left), hash(right))
    }

    /// The root of the tree when it had `size` leaves.
    package func root(at size: Int) -> SHA256Hash { hash(0..<size) }

    /// The proof that a leaf is in the tree of `size` leaves, from its sibling up.
    package func path(of leaf: Int, at size: Int) -> [SHA256Hash] {
        KnownHashes.siblings(of: leaf, at: size).map(hash)
    }

    /// The proof that the first `first` leaves of the tree of `size` leaves have not changed.
    package func consistency(from first: Int, to size: Int) -> [SHA256Hash] {
        KnownHashes.consistencyRanges(from: first, to: size).map(hash)
    }

    /// The hashes of a tile when the tree had `size` leaves: up to 256 of them. Empty after the last tile.
    ///
    /// Tile `index` of `level` has the hashes of the complete subtrees of 256^level leaves from number 256 * `index` on.
    package func tile(_ level: Int, _ index: Int, at size: Int) -> [UInt8] {
        let height = level * Self.tileHeight
        guard height < Int.bitWidth - 1, index >= 0, size <= self.size else { return [] }
        let count = (size >> height) - Self.tileWidth * min(index, size)
        guard count > 0 else { return [] }
        return levels[height][index].prefix(count).flatMap(\.bytes)
    }
}

extension SHA256Hash {
    private static let leafPrefix: UInt8 = 0
    private static let nodePrefix: UInt8 = 1

    /// The hash of a leaf with this content.
    package static func leaf(_ content: [UInt8]) -> SHA256Hash {
        leaf(content.count) { $0.copyBytes(from: content) }
    }

    /// The hash of a leaf with `count` bytes, which `fill` writes.
    static func leaf(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) -> SHA256Hash {
        SHA256Hash(ofMessage: 1 + count) { message in
            message[0] = leafPrefix
            fill(UnsafeMutableRawBufferPointer(rebasing: message[1...]))
        }
    }

    package static func node(_ left: SHA256Hash, _ right: SHA256Hash) -> SHA256Hash {
        SHA256Hash(ofMessage: 1 + 2 * byteCount) { message in
            message[0] = nodePrefix
            left.store(in: message, at: 1)
            right.store(in: message, at: 1 + byteCount)
        }
    }
}

extension Range<Int> {
    /// Both sides of a subtree: the left one has the largest power of two that is smaller than the count.
    var halves: (left: Range<Int>, right: Range<Int>) {
        let middle = lowerBound + 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
        return (lowerBound..<middle, middle..<upperBound)
    }
}
