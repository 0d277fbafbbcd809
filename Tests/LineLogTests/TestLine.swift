import Identity
import Kernel
import LineLog

/// A line for tests, with the keys of its site. A test changes `places` to be a dishonest operator.
struct TestLine {
    static let start = Timestamp(milliseconds: 1_795_000_000_000)
    static let room = RoomID(high: 1, low: 2)

    let keys: LineKeys
    var places: [PlaceID]
    var admitted: Int64 = 0
    var now = start

    init(count: UInt64, keys: LineKeys = LineKeys(.random())) {
        self.keys = keys
        places = (1...count).map { PlaceID(high: 7, low: $0) }
    }

    var leaves: [LineLeaf] {
        places.enumerated().map { index, place in
            LineLeaf(room: Self.room, number: Int64(index + 1), joinedAt: Self.start, place: place)
        }
    }

    var tree: MerkleTree {
        var tree = MerkleTree()
        for leaf in leaves { tree.append(leaf.hash) }
        return tree
    }

    var checkpoint: LineCheckpoint {
        let tree = tree
        return LineCheckpoint(
            of: LineOrigin(site: "tickets.example.com", room: Self.room), size: tree.size,
            root: tree.root(at: tree.size),
            admitted: admitted, at: now, signedWith: keys)
    }

    var log: String { LineFile.log(leaves.map(\.hash), checkpoint.note.whole) }

    func consistency(from size: Int) throws -> String {
        try LineFile.consistency(from: size, tree.consistency(from: size, to: tree.size), checkpoint)
    }

    /// The receipt of the place with an id, at the present state of the line.
    func receipt(of id: UInt64, _ state: PlaceStatement.State? = nil, position: Int64? = nil) -> String {
        guard let leaf = leaves.first(where: { $0.place.low == id }) else { preconditionFailure("no place \(id)") }
        let state = state ?? (leaf.number <= admitted ? .admitted : .waiting)
        let path = tree.path(of: Int(leaf.number - 1), at: tree.size)
        let statement = PlaceStatement(
            state, position: position ?? leaf.number, of: leaf, at: now, signedWith: keys)
        return LineReceipt(of: leaf, path: path, in: checkpoint, statement).text
    }

    func audit(_ first: String, _ later: String? = nil) throws(LineViolation) -> LineAudit {
        let later = try later.map { text throws(LineViolation) in try LineFile(text, named: "LATER") }
        return try LineAudit(LineFile(first, named: "FILE"), later, publicKeys: keys.publicKeys)
    }

    /// The sentence of the violation. Nil if there is none.
    func violation(_ first: String, _ later: String? = nil) -> String? {
        do throws(LineViolation) {
            _ = try audit(first, later)
            return nil
        } catch { return error.description }
    }
}
