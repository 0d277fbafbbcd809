import Journeys
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// Waits for a turn while the queue service stops and starts.
struct PlaceWatcherTests {
    /// A queue service with one place. It can stop, and start again at the same address.
    private final class Line: Sendable {
        let loops = Loops(count: 1)
        let turn = Mutex(false)
        let watchers = Mutex(0)
        /// True after the gateway has ended.
        let isOver = Mutex(false)
        private let place: Place

        init(_ recorded: RecentActivity.Place) {
            place = Place(
                roomID: recorded.room, placeID: recorded.place, state: .waiting, roomState: .preQueue,
                serial: 7, admitted: 0, peopleAhead: 6)
        }

        private var now: Place {
            var place = place
            if turn.withLock({ $0 }) { (place.state, place.admitted, place.peopleAhead) = (.admitted, 7, 0) }
            return place
        }

        func server() -> Server {
            let caller = Caller(user: .init(high: 1, low: 1), role: .user)
            let hooks = ServerHooks(verify: { _ throws(RPCFailure) in Verified(caller, remaining: .hours(24)) })
            let routes = [
                Route(QueueMethods.showPlace) { _, _ in ShowPlaceReply(place: self.now) },
                Route(QueueMethods.watchPlace) { _, _, items in
                    try await items.send(WatchPlaceItem(place: self.now))
                    self.watchers.withLock { $0 += 1 }
                    // The stream sends nothing more, and does not end.
                    try await ManualClock().sleep(for: .hours(1))
                },
                Route(QueueMethods.renew) { _, _ in
                    var place = self.now
                    place.state = .active
                    return RenewReply(place: place, passExpiresAt: .noon)
                },
            ]
            return Server([ServedService(QueueMethods.service, routes)], on: loops, hooks: hooks)
        }
    }

    private static let recorded = RecentActivity.Place(
        room: RoomID(high: 1, low: 1), place: PlaceID(high: 1, low: 2), target: "moon-tour")
    private static let user = UserID(high: 1, low: 1)

    /// Waits for a condition while the gateway runs.
    private func until(_ line: Line, _ condition: () -> Bool) async throws {
        while !condition(), !line.isOver.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Runs `gateway place --wait` for 20 minutes without a change, and then during an outage of the service.
    private func wait(
        behindProxy isBehindProxy: Bool = false, outage: Duration, comesBack: Bool = true
    ) async throws -> CommandResult {
        let folder = TemporaryFolder()
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": folder.path])
        try configuration.store(
            StoredCredential(name: "alice", role: .user, user: Self.user, expiry: .noon + .hours(24), bytes: [1]))
        var activity = RecentActivity()
        activity.add(Self.recorded)
        try configuration.write(activity.text, to: "memory-\(Self.user)")

        let line = Line(Self.recorded)
        let first = line.server()
        let address = try first.listen(on: .loopback(0))
        let proxy = FaultProxy(to: address, on: line.loops)
        let called = isBehindProxy ? try proxy.listen() : address
        let clock = ManualClock()
        let environment = ["XDG_CONFIG_HOME": folder.path, "ONSALE_QUEUE": "\(called)"]
        let waiting = Task {
            defer { line.isOver.withLock { $0 = true } }
            return await gateway(["place", "--wait", "--json"], environment: environment, clock: clock)
        }
        try await until(line) { line.watchers.withLock { $0 } == 1 && clock.sleeperCount == 1 }
        clock.advance(by: .minutes(20))
        await first.shutdown(grace: .zero)
        // The tasks that show the progress and that open the stream again.
        try await until(line) { clock.sleeperCount == 2 }
        clock.advance(by: outage)

        let second = line.server()
        if comesBack {
            try second.listen(on: address)
            line.turn.withLock { $0 = true }
            try await until(line) {
                clock.advance(by: .milliseconds(100))
                return line.watchers.withLock { $0 } == 2
            }
        }
        let outcome = await waiting.value
        await proxy.close()
        await second.shutdown(grace: .zero)
        line.loops.stop()
        return outcome
    }

    @Test(arguments: [false, true])
    func `a wait survives an outage of the service, also after a long time without changes`(
        isBehindProxy: Bool
    ) async throws {
        let outcome = try await wait(behindProxy: isBehindProxy, outage: .minutes(5))
        #expect(outcome.exit == .done, "\(outcome)")
        #expect(outcome.output.contains("\"state\":\"active\""))
    }

    @Test func `an outage of more than ten minutes ends the wait`() async throws {
        #expect(try await wait(outage: .minutes(11), comesBack: false).exit == .unavailable)
    }
}
