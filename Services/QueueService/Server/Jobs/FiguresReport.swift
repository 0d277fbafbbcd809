import Database
import Kernel
import QueueDomain
import Service
import Telemetry
import Threads

/// The metrics of rooms: figures of the rooms in use, which a job reads, and counters of the admissions by this instance.
///
/// Every instance reports the figures of all rooms, so rules must not add those of instances. They must add the counters.
final class FiguresReport: Sendable {
    static let interval = Duration.seconds(5)
    private static let pageSize = 200
    private static let waitBounds: [Duration] = [
        .seconds(1), .seconds(5), .seconds(15), .seconds(30), .minutes(1), .minutes(2), .minutes(5), .minutes(10),
        .minutes(20), .minutes(30), .hours(1), .hours(2), .hours(4),
    ]

    private let database: Database
    private let clock: any Clock
    private let roomsInUse: RoomsInUse
    private let recount: Recount
    private let figures = Lock(RoomFigures())
    private let admissions: Counter
    private let waits: Histogram

    init(_ environment: ServiceEnvironment, _ rooms: RoomsInUse) {
        database = environment.database
        roomsInUse = rooms
        recount = Recount(environment.database)
        clock = environment.clock
        let metrics = environment.metrics
        admissions = metrics.counter("queue_admissions_total", "Users whom this instance has admitted.")
        waits = metrics.histogram(
            "queue_wait_seconds", "Time from the join to the admission.", bounds: Self.waitBounds)
        gauge("queue_waiting", "Users who wait, in all rooms in use.", metrics) { $0.waiting }
        gauge("queue_admitted", "Admitted users who have not come in yet.", metrics) { $0.admitted }
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
        metrics.gauges(
            "queue_room_users", "Users of the \(RoomFigures.maximumRooms) rooms with the most users.",
            labels: ["room", "state"]
        ) { [weak self] in self?.figures.withLock { $0.rooms }.flatMap(\.users) ?? [] }
        metrics.gauges(
            "queue_room_no_shows", "Admitted users of these rooms who never came in.", labels: ["room"]
        ) { [weak self] in
            self?.figures.withLock { $0.rooms }.map { (values: [$0.name], value: Double($0.noShows)) } ?? []
        }
    }

    private func gauge(
        _ name: String, _ help: String, _ metrics: Metrics, _ value: @escaping @Sendable (RoomFigures) -> Int64
    ) {
        metrics.gauge(name, help) { [weak self] in Double((self?.figures.withLock { $0 }).map(value) ?? 0) }
    }

    /// Counts the users whom a committed transaction of this instance has admitted.
    func count(_ admitted: [Place]) {
        if admitted.isEmpty { return }
        admissions.increment(by: UInt64(admitted.count))
        for place in admitted { waits.observe(place.wait ?? .zero) }
    }

    func run() async throws {
        let list = try await roomsInUse.list()
        let rooms = list.rooms
        var claims: [RoomID: Int64] = [:]
        for start in stride(from: 0, to: rooms.count, by: Self.pageSize) {
            let page = rooms[start...].prefix(Self.pageSize).map(\.id)
            claims.merge(try await database.read { try ClaimTable.counts(in: page, $0) }) { first, _ in first }
        }
        let read = RoomFigures(of: rooms, claims: claims, at: clock.now)
        figures.withLock { $0 = read }
        if list.isComplete { try await recount.run(in: rooms) }
    }
}

extension RoomFigures.OfRoom {
    fileprivate var users: [(values: [String], value: Double)] {
        [
            ([name, "waiting"], Double(places.waiting)), ([name, "admitted"], Double(places.admitted)),
            ([name, "active"], Double(places.active)),
        ]
    }
}
