import Encoding
import Identity
import Kernel

/// A file about a line: a receipt, the whole log, or the proof that an earlier log is the beginning of a later one. Each has
/// hashes and a checkpoint.
package struct LineFile: Sendable {
    package enum Content: Sendable {
        case receipt(LineReceipt)
        case log
        /// The size of the earlier log.
        case consistency(from: Int)
    }

    static let logTitle = "onsale line log v1"
    static let consistencyTitle = "onsale line consistency v1"

    /// The name for messages.
    package let name: String
    package let content: Content
    package let checkpoint: LineCheckpoint
    /// The hashes that it contains. They are not checked yet.
    let known: KnownHashes

    /// The root of the first `size` leaves. Nil if the file does not determine it.
    package func root(at size: Int) -> SHA256Hash? { known.hash(0..<size) }

    package var receipt: LineReceipt? { if case .receipt(let receipt) = content { receipt } else { nil } }

    /// Reads a file. Throws if it is none of the three.
    package init(_ text: String, named name: String) throws(LineViolation) {
        let damaged = LineViolation("\(name) is damaged, or no receipt, log or consistency proof of a line")
        guard let end = text.firstRange(of: "\n\n"),
            let checkpoint = LineCheckpoint(String(text[end.upperBound...]))
        else { throw damaged }
        self.name = name
        self.checkpoint = checkpoint
        let lines = text[..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        switch lines[0] {
        case LineReceipt.title[...]:
            guard let receipt = LineReceipt(lines, in: checkpoint) else { throw damaged }
            content = .receipt(receipt)
            guard let hashes = Self.hashes(of: receipt) else { throw .notInTree(receipt, name) }
            known = hashes
        case Self.logTitle[...]:
            content = .log
            // The checkpoint does not sign further leaves, so they must not count against the site.
            guard let tree = Self.tree(of: lines.dropFirst()), tree.size <= checkpoint.size else { throw damaged }
            known = KnownHashes(leaves: tree)
        case Self.consistencyTitle[...]:
            guard lines.count >= 2, lines[1].hasPrefix("from "), let from = Int(lines[1].dropFirst("from ".count)),
                from > 0, from <= checkpoint.size,
                let hashes = Self.ranges(in: lines.dropFirst(2), upTo: checkpoint.size),
                // Any other range could give the new root without the old one.
                Set(hashes.ranges) == Set(KnownHashes.consistencyRanges(from: from, to: checkpoint.size))
            else { throw damaged }
            content = .consistency(from: from)
            known = hashes
        default: throw damaged
        }
    }

    /// Nil if the path has another length than the tree.
    private static func hashes(of receipt: LineReceipt) -> KnownHashes? {
        let index = Int(receipt.leaf.number - 1)
        let siblings = KnownHashes.siblings(of: index, at: receipt.checkpoint.size)
        guard siblings.count == receipt.path.count else { return nil }
        var known = KnownHashes(Dictionary(uniqueKeysWithValues: zip(siblings, receipt.path)))
        known.add(receipt.leaf.hash, of: index..<index + 1)
        return known
    }

    private static func tree(of lines: ArraySlice<Substring>) -> MerkleTree? {
        var tree = MerkleTree()
        for line in lines {
            guard let hash = hash(line) else { return nil }
            tree.append(hash)
        }
        return tree
    }

    private static func ranges(in lines: ArraySlice<Substring>, upTo size: Int) -> KnownHashes? {
        var known: [Range<Int>: SHA256Hash] = [:]
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 3, let start = Int(words[0]), let end = Int(words[1]), start >= 0, start < end,
                end <= size, let hash = hash(words[2])
            else { return nil }
            known[start..<end] = hash
        }
        return KnownHashes(known)
    }

    private static func hash(_ text: Substring) -> SHA256Hash? {
        Base64.bytes(of: String(text)).flatMap { SHA256Hash(bytes: $0) }
    }

    /// The text of a file with the hashes of all leaves.
    package static func log(_ leaves: some Sequence<SHA256Hash>, _ checkpoint: String) -> String {
        "\(logTitle)\n" + leaves.map { Base64.text(of: $0.bytes) + "\n" }.joined() + "\n" + checkpoint
    }

    /// The text of a file that proves that the first `size` leaves have not changed. Each line is a range and its hash.
    package static func consistency(
        from size: Int, _ proof: [SHA256Hash], _ checkpoint: LineCheckpoint
    ) throws(LineViolation) -> String {
        guard size > 0, size <= checkpoint.size else {
            throw LineViolation(
                "the service shows a line of \(checkpoint.size) places, and the earlier file has \(size)")
        }
        let ranges = KnownHashes.consistencyRanges(from: size, to: checkpoint.size)
        let lines = zip(ranges, proof).map { range, hash in
            "\(range.lowerBound) \(range.upperBound) \(Base64.text(of: hash.bytes))\n"
        }
        return "\(consistencyTitle)\nfrom \(size)\n\(lines.joined())\n\(checkpoint.note.whole)"
    }
}
