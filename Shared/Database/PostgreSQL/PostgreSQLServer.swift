import CPostgreSQL
import Glibc

/// The properties of a server that a connection depends on, read when the connection is opened.
struct PostgreSQLServer {
    /// The number of hosts in the URL. Each of them may be promoted.
    let hostCount: Int
    /// The level of this session. A later change of the server's configuration does not affect it.
    let synchronousCommit: String
    /// True if a commit waits for a standby.
    let hasSynchronousStandby: Bool
    /// True if there is a pooler: the session belongs to another process than the one that accepted the connection.
    let isPooled: Bool
    /// The start of the server, as it writes it. A standby that is promoted has another one than the lost server.
    let run: String

    /// Throws if a crash or a fail-over may lose commits that this server acknowledges.
    init(_ handle: OpaquePointer, hostCount: Int) throws(DatabaseError) {
        self.hostCount = hostCount
        let answer = try PostgreSQLAnswer(
            to: """
                select set_config('synchronous_commit', current_setting('synchronous_commit'), false),
                    coalesce(current_setting('synchronous_standby_names', true), ''), pg_backend_pid(),
                    pg_postmaster_start_time()
                """, from: handle)
        synchronousCommit = answer.columns[0]
        hasSynchronousStandby = !answer.columns[1].isEmpty
        isPooled = answer.columns[2] != "\(PQbackendPID(handle))"
        run = answer.columns[3]
        try checkDurability()
    }

    private func checkDurability() throws(DatabaseError) {
        guard synchronousCommit != "off" else {
            throw DatabaseError(
                .setup,
                """
                this PostgreSQL loses acknowledged commits if it crashes: synchronous_commit is off. Set it to on, in \
                postgresql.conf or for this user or database
                """)
        }
        let mayFailOver = hostCount > 1 || hasSynchronousStandby
        guard !mayFailOver || ["on", "remote_apply"].contains(synchronousCommit) else {
            throw DatabaseError(
                .setup,
                """
                this PostgreSQL acknowledges commits that no standby has on its disk, and a fail-over loses them: \
                synchronous_commit is \(synchronousCommit). Set it to on, in postgresql.conf or for this user or database
                """)
        }
    }

    /// A warning for the operator. Nil if the configuration is durable.
    var warning: String? {
        guard hostCount > 1, !hasSynchronousStandby else { return nil }
        return """
            the database URL names \(hostCount) hosts, and synchronous_standby_names is empty: a fail-over loses the \
            latest commits. Name a standby there (deploy/README.md, Fail over)
            """
    }
}

/// The first row of the answer to a statement in text form, for queries while a connection is opened.
struct PostgreSQLAnswer {
    /// A pooler accepts a connection that it has no session for, and does not answer.
    private static let timeoutMilliseconds: CInt = 5000

    let columns: [String]

    /// Runs the statements. Reads the answer to the last one, or to the one that failed.
    init(to sql: String, from handle: OpaquePointer) throws(DatabaseError) {
        guard PQsendQuery(handle, sql) == 1 else {
            throw DatabaseError(.unavailable, PostgreSQLLink.message(of: handle))
        }
        var last: OpaquePointer?
        defer { PQclear(last) }
        while true {
            while PQisBusy(handle) == 1 {
                var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
                guard poll(&descriptor, 1, Self.timeoutMilliseconds) != 0 else { throw .noAnswer }
                guard PQconsumeInput(handle) == 1 else { break }
            }
            guard let result = PQgetResult(handle) else { break }
            PQclear(last)
            last = result
        }
        try self.init(last, from: handle)
    }

    private init(_ result: OpaquePointer?, from handle: OpaquePointer) throws(DatabaseError) {
        let status = PQresultStatus(result)
        guard let result, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            let message = PostgreSQLLink.message(of: handle)
            throw result.map { PostgreSQLServerError($0, during: .opening, message).error }
                ?? DatabaseError(.unavailable, message)
        }
        columns = (0..<(PQntuples(result) > 0 ? PQnfields(result) : 0)).map {
            String(cString: PQgetvalue(result, 0, $0))
        }
    }
}
