import ConcertDomain
import Database
import Kernel

enum ConcertTable {
    /// A query of no row, by a random key.
    static let probe: Statement = "select 1 from concert where concert_id = $1"

    private enum Statements {
        static let columns: SQL = """
            concert_id, name, title, host, currency, browse_room, created_at, version, created_as, changed_by, changed_at, \
            zone
            """
        static let insert: Statement =
            "insert into concert (\(columns)) values (\(1...7), 1, null, null, null, $8) on conflict (concert_id) do nothing"
        static let save: Statement = """
            update concert set
                title = $2, host = $3, browse_room = $4, version = $5, created_as = $6, changed_by = $7, changed_at = $8,
                zone = $10
            where concert_id = $1 and version = $9
            """
        static let takeName: Statement =
            "insert into concert_name (name, concert_id) values ($1, $2) on conflict (name) do nothing"
        static let find: Statement = "select \(columns) from concert where concert_id = $1"
        static let findName: Statement = "select concert_id from concert_name where name = $1"
        static let all: Statement = "select \(columns) from concert where concert_id > $1 order by concert_id limit $2"
    }

    /// Returns false if the id is taken, by the same request or by another one.
    static func insert(_ concert: Concert, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.insert) {
            $0.bind(
                concert.id, concert.name, concert.settings.title, concert.settings.host, concert.currency.code,
                concert.settings.browseRoom, concert.createdAt, concert.settings.zone)
        } == 1
    }

    /// Conflicts if the version has changed since `old`.
    static func save(_ concert: Concert, was old: Concert, _ tx: Transaction) throws {
        try tx.executeOne(Statements.save) {
            $0.bind(
                concert.id, concert.settings.title, concert.settings.host, concert.settings.browseRoom, concert.version,
                concert.createdAs.value, concert.changedBy, concert.updatedAt
            ).bind(old.version, concert.settings.zone)
        }
    }

    /// Returns false if another concert has the name. Names have a table of their own, because they are not part of the
    /// concert's key.
    static func takeName(of concert: Concert, _ tx: Transaction) throws -> Bool {
        try tx.executeCounting(Statements.takeName) { $0.bind(concert.name, concert.id) } == 1
    }

    static func find(_ id: ConcertID, _ reader: Reader) throws -> Concert? {
        try reader.first(Statements.find, { $0.bind(id) }, map: concert)
    }

    /// Throws `concertUnknown` if it does not exist.
    static func require(_ id: ConcertID, _ reader: Reader) throws -> Concert {
        guard let concert = try find(id, reader) else { throw ConcertRefusal.because(.concertUnknown) }
        return concert
    }

    static func find(named name: String, _ reader: Reader) throws -> Concert? {
        let id = try reader.first(Statements.findName, { $0.bind(name) }) { row in
            try row.id(0, as: Identified.Concert.self)
        }
        return try id.flatMap { try find($0, reader) }
    }

    static func all(after id: ConcertID?, limit: Int, _ reader: Reader) throws -> [Concert] {
        try reader.rows(Statements.all, { $0.bind(id ?? ConcertID(high: 0, low: 0), limit) }, map: concert)
    }

    private static func concert(_ row: borrowing Row) throws -> Concert {
        Concert(
            stored: try row.id(0), name: try row.text(1), currency: try row.currency(4),
            settings: try Concert.Settings(
                title: try row.text(2), host: try row.text(3), browseRoom: try row.optionalID(5),
                zone: try row.text(11)),
            createdAt: try row.timestamp(6),
            createdAs: row.isNull(8) ? nil : Fingerprint(stored: try row.int64(8)), version: try row.int64(7),
            changedBy: try row.optionalID(9), changedAt: try row.optionalTimestamp(10))
    }
}
