import Database
import Identity
import Kernel
import LineLog

/// The log of a line. Its leaves are the rows of places, so a join writes nothing for it. Its checkpoints are rows of their
/// own: the key allows one root for each size, also with several instances.
enum LineTable {
    private enum Statements {
        static let leaves: Statement = """
            select serial, joined_at, place_id from place where room_id = $1 and serial >= $2 order by serial limit $3
            """
        static let last: Statement = """
            select note from line_checkpoint where room_id = $1
                and size = (select max(size) from line_checkpoint where room_id = $1)
            """
        /// An older checkpoint of the same line gets the new number of admitted places.
        static let insert: Statement = """
            insert into line_checkpoint (room_id, size, root, admitted, note) values (\(1...5))
            on conflict (room_id, size) do update set admitted = $4, note = $5
                where line_checkpoint.root = $3 and line_checkpoint.admitted < $4
            """
        static let started: Statement =
            "select room_id, last_serial from room where room_id > $1 and last_serial > 0 order by room_id limit $2"
        static let sizes = KeyedStatement(after: 0) { room in
            "select room_id, max(size) from line_checkpoint where room_id = \(room) group by room_id"
        }
        static let fork: Statement = "select problem from line_fork where room_id = $1"
        static let insertFork: Statement =
            "insert into line_fork (room_id, problem, found_at) values (\(1...3)) on conflict do nothing"
    }

    /// The contradiction between rows and a checkpoint that an instance has found. Nil if there is none.
    static func fork(of room: RoomID, _ reader: Reader) throws -> String? {
        try reader.first(Statements.fork, { $0.bind(room) }) { row in try row.text(0) }
    }

    /// Stops the signing of all instances for a line.
    static func insertFork(of room: RoomID, _ problem: String, _ tx: Transaction) throws {
        try tx.execute(Statements.insertFork) { $0.bind(room, problem, tx.now) }
    }

    /// The leaves from a number on, in order.
    static func leaves(in room: RoomID, from number: Int64, limit: Int, _ reader: Reader) throws -> [LineLeaf] {
        try reader.rows(Statements.leaves, { $0.bind(room, number, limit) }) { row in
            LineLeaf(room: room, number: try row.int64(0), joinedAt: try row.timestamp(1), place: try row.id(2))
        }
    }

    /// The last known leaf, and those after it, in order.
    ///
    /// `joins` are the leaves of transactions that were committed before this snapshot. One whose last leaf has its row is
    /// stored as a whole, so its other rows are not read.
    static func leaves(
        in room: RoomID, last: Int64, committed joins: [[LineLeaf]], limit: Int, _ reader: Reader
    ) throws -> [LineLeaf] {
        var leaves = last == 0 ? [] : try leaf(last, in: room, reader).map { [$0] } ?? []
        var next = last + 1
        for join in joins {
            guard let end = join.last, end.number >= next else { continue }
            guard join.first?.number == next, try leaf(end.number, in: room, reader) == end else { break }
            leaves += join
            next = end.number + 1
        }
        return leaves + (try Self.leaves(in: room, from: next, limit: limit, reader))
    }

    /// The leaf with a number. Nil if there is none.
    static func leaf(_ number: Int64, in room: RoomID, _ reader: Reader) throws -> LineLeaf? {
        try leaves(in: room, from: number, limit: 1, reader).first { $0.number == number }
    }

    /// The checkpoint with the largest size. Nil if there is none.
    static func last(of room: RoomID, _ reader: Reader) throws -> LineCheckpoint? {
        try reader.first(Statements.last, { $0.bind(room) }) { row in
            guard let checkpoint = LineCheckpoint(try row.text(0)) else {
                throw DatabaseError(.damaged, "a checkpoint of room \(room) cannot be read")
            }
            return checkpoint
        }
    }

    /// Rooms with places that no checkpoint contains, among the next ones. `last` is nil if there are no more.
    ///
    /// Two queries, because an engine with distributed tables joins none to a table that is not distributed yet.
    static func behind(
        after room: RoomID?, limit: Int, _ reader: Reader
    ) throws -> (rooms: [RoomID], last: RoomID?) {
        let started = try reader.rows(Statements.started, { $0.bind(room ?? RoomID(high: 0, low: 0), limit) }) { row in
            (room: try row.id(0, as: Identified.Room.self), size: try row.int64(1))
        }
        let rows = try reader.rows(Statements.sizes, keys: started.map(\.room), { _ in }) { row in
            (try row.id(0, as: Identified.Room.self), try row.int64(1))
        }
        let sizes = Dictionary(rows) { first, _ in first }
        let behind = started.filter { $0.size > sizes[$0.room] ?? 0 }.map(\.room)
        return (behind, started.count == limit ? started.last?.room : nil)
    }

    /// Returns false if there is a checkpoint of this size with another root, or with as many admitted places.
    static func insert(_ checkpoint: LineCheckpoint, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(
                checkpoint.origin.room, checkpoint.size, checkpoint.root.bytes, checkpoint.admitted,
                checkpoint.note.whole)
        } == 1
    }
}
