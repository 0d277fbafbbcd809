import CommandLine
import Identity
import LineLog
import Programs
import QueueAPI
import Service

extension ServiceContext {
    package static let queue = ServiceContext(
        "QueueService", "the waiting room: a fair line in front of a sale", name: "queue", holder: .queue,
        port: 7001, statusPort: 7101, migrations: QueueSchema.migrations, probe: RoomTable.probe,
        options: QueueFlags.all
    ) { environment in
        let rooms = RoomsInUse(environment.database)
        let checkpoints = try Checkpoints(environment, rooms)
        let figures = FiguresReport(environment, rooms)
        let server = QueueServer(environment, checkpoints, figures, rooms)
        let settlement = Settlement(environment, figures, rooms)
        return ServiceParts(
            [server.service],
            jobs: [
                Job("settlement", every: Settlement.interval) { try await settlement.run() },
                Job("rooms", every: RoomsInUse.recoveryInterval) { try await rooms.recover() },
                Job("watches", every: RoomWatches.interval) { try await server.watches.poll() },
                Job("checkpoints", every: Checkpoints.interval) { try await checkpoints.run() },
                Job("figures", every: FiguresReport.interval) { try await figures.run() },
            ])
    }
}

/// The options of this service only.
enum QueueFlags {
    static let site = Option(
        "site", .site, default: "localhost",
        "Name of the site in the checkpoints of its waiting lines. Set it before the first sale, and never change it.")
    static let witness = Option(
        "line-witness", .optional(.path), default: nil,
        "File with the last checkpoint of each line. A database that contradicts it signs nothing. If not given: beside the "
            + "SQLite database, and none with PostgreSQL.")

    static let all: [any AnyOption] = [site, witness]
}

extension ValueKind<String> {
    fileprivate static var site: Self {
        ValueKind(placeholder: "NAME", allowed: "a name such as tickets.example.com, without spaces and plus signs") {
            LineOrigin.isSite($0) ? $0 : nil
        }
    }
}
