import Database
import Kernel
import QueueDomain
import Service
import Telemetry
import Threads

/// The job that reads the figures of the rooms in use for the metrics. Every instance reports all rooms, so rules must not add
/// instances.
final class FiguresReport: Sendable {
    static let interval = Duration.seconds(5)

    private let database: Database
    private let clock: any Clock
    private let figures = Lock(RoomFigures())

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
        let metrics = environment.metrics
        gauge("queue_waiting", "Users who wait, in all rooms in use.", metrics) { $0.waiting }
        gauge("queue_inside", "Users with a slot: admitted or active.", metrics) { $0.inside }
        gauge("queue_joined", "Users who ever joined a room in use.", metrics) { $0.joined }
        gauge("queue_no_shows", "Admitted users of rooms in use who never came in.", metrics) { $0.noShows }
        gauge("queue_rooms_full", "Rooms with as many waiting users as may wait.", metrics) { $0.fullRooms }
        gauge("queue_rooms_stalled", "Open rooms with waiting users, and no admission for five minutes.", metrics) {
            $0.stalledRooms
        }
        metrics.gauge("queue_admitted_per_second", "Admissions per second over the last 30 to 60 seconds.") {
            [weak self] in Double(self?.figures.withLock { $0.admittedPerSecondThousandths } ?? 0) / 1000
        }
    }

    private func gauge(
        _ name: String, _ help: String, _ metrics: Metrics, _ value: @escaping @Sendable (RoomFigures) -> Int64
    ) {
        metrics.gauge(name, help) { [weak self] in Double((self?.figures.withLock { $0 }).map(value) ?? 0) }
    }

    func run() async throws {
        let rooms = try await RoomTable.allUnsettled(database)
        let now = clock.now
        figures.withLock { $0 = RoomFigures(of: rooms, at: now) }
    }
}
