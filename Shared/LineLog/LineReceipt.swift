import Encoding
import Identity
import Kernel

/// The proof that a place has its number in the line, for one text file: the format of C2SP (`c2sp.org/tlog-proof`).
///
///     c2sp.org/tlog-proof@v1
///     extra <base64 of: place (16) | joined at i64 | statement>
///     index <the number of the place, less 1>
///     <path, a hash in base64 on each line>
///
///     <checkpoint>
package struct LineReceipt: Sendable {
    static let title = "c2sp.org/tlog-proof@v1"
    private static let statementOffset = 24

    package let leaf: LineLeaf
    package let path: [SHA256Hash]
    package let checkpoint: LineCheckpoint
    package let statement: PlaceStatement

    /// `path` proves that the leaf is in the tree of the checkpoint.
    package init(of leaf: LineLeaf, path: [SHA256Hash], in checkpoint: LineCheckpoint, _ statement: PlaceStatement) {
        self.leaf = leaf
        self.path = path
        self.checkpoint = checkpoint
        self.statement = statement
    }

    package var text: String {
        let extra = leaf.place.bytes + leaf.joinedAt.milliseconds.bigEndianBytes + statement.bytes
        let head = [Self.title, "extra \(Base64.text(of: extra))", "index \(leaf.number - 1)"]
        let lines = head + path.map { Base64.text(of: $0.bytes) }
        return lines.joined(separator: "\n") + "\n\n" + checkpoint.note.whole
    }

    /// Reads the lines before the checkpoint. Nil if they are not those of a receipt.
    init?(_ lines: [Substring], in checkpoint: LineCheckpoint) {
        guard lines.count >= 3, lines[0] == Self.title, lines[1].hasPrefix("extra "), lines[2].hasPrefix("index "),
            let extra = Base64.bytes(of: String(lines[1].dropFirst("extra ".count))),
            extra.count == Self.statementOffset + PlaceStatement.byteCount,
            let statement = PlaceStatement(bytes: Array(extra[Self.statementOffset...])),
            let place = PlaceID(bytes: Array(extra.prefix(PlaceID.byteCount))),
            let index = Int64(lines[2].dropFirst("index ".count)), index >= 0, index < checkpoint.size
        else { return nil }
        let path = lines.dropFirst(3).compactMap { Base64.bytes(of: String($0)).flatMap { SHA256Hash(bytes: $0) } }
        guard path.count == lines.count - 3 else { return nil }
        let leaf = LineLeaf(
            room: checkpoint.origin.room, number: index + 1,
            joinedAt: Timestamp(milliseconds: Int64(bigEndian: extra[PlaceID.byteCount..<Self.statementOffset])),
            place: place)
        self.init(of: leaf, path: path, in: checkpoint, statement)
    }
}
