import Identity
import QueueAPI
import Service

extension ServiceContext {
    package static let queue = ServiceContext(
        "QueueService", "the waiting room: a fair line in front of a sale", name: "queue", holder: .queue,
        port: 7001, statusPort: 7101, migrations: QueueSchema.migrations
    ) { environment in
        let server = QueueServer(environment)
        let settlement = Settlement(database: environment.database)
        return ServiceParts(
            [server.service],
            jobs: [
                Job("settlement", every: Settlement.interval) { try await settlement.run() },
                Job("watches", every: RoomWatches.interval) { try await server.watches.poll() },
            ])
    }
}
