import Identity
import QueueAPI
import RPC
import Runtime
import Service

extension ServiceContext {
    package static let queue = ServiceContext(
        "QueueService", "the waiting room: a fair line in front of a sale", name: "queue", port: 7001,
        statusPort: 7101, migrations: QueueSchema.migrations
    ) { ground in
        let watches = RoomWatches(ground.database, ground.clock)
        let settlement = Settlement(database: ground.database)
        let server = QueueServer(
            database: ground.database, passes: Passes(ground.keys), joins: JoinLine(ground.database),
            watches: watches, lines: WaitingLines(ground.database, ground.clock), clock: ground.clock)
        return ServiceParts(
            [server.service],
            jobs: [
                Job("settlement", every: Settlement.interval) { try await settlement.run() },
                Job("watches", every: RoomWatches.interval) { try await watches.poll() },
            ])
    }
}
