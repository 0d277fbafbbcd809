import Identity
import QueueAPI
import RPC
import Runtime
import Service

extension ServiceContext {
    package static let queue = ServiceContext(
        "QueueService", "the waiting room: a fair line in front of a sale", name: "queue", port: 7001,
        statusPort: 7101, migrations: QueueSchema.migrations
    ) { environment in
        let watches = RoomWatches(environment.database, environment.clock)
        let settlement = Settlement(database: environment.database)
        let server = QueueServer(
            database: environment.database, passes: Passes(environment.keys), joins: JoinLine(environment.database),
            watches: watches, lines: WaitingLines(environment.database, environment.clock), clock: environment.clock)
        return ServiceParts(
            [server.service],
            jobs: [
                Job("settlement", every: Settlement.interval) { try await settlement.run() },
                Job("watches", every: RoomWatches.interval) { try await watches.poll() },
            ])
    }
}
