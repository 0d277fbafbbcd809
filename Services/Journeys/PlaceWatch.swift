import Kernel
import QueueAPI
import RPC
import Threads

/// Watches a place until it is the caller's turn.
package final class PlaceWatch: Sendable {
    /// The longest outage of the queue service. After it the wait fails, and the user keeps the place.
    private static let outageLimit = Duration.minutes(10)
    /// Maximum of streams in a row that fail because the credential has expired.
    private static let maximumExpirations = 3
    private static let retryPause = Duration.seconds(1)

    /// The progress that the caller shows during the wait.
    package struct Progress: Sendable {
        package private(set) var place: Place
        package private(set) var isConnected: Bool
        /// The users ahead at the start of the wait, or right after the draw.
        package private(set) var initialAhead: Int64

        package init(_ place: Place, initialAhead: Int64? = nil, isConnected: Bool = true) {
            self.place = place
            self.initialAhead = initialAhead ?? place.peopleAhead
            self.isConnected = isConnected
        }

        mutating func disconnect() { isConnected = false }

        /// Ignores a place with fewer admitted users than before, or from before the draw, because a line only moves forward.
        mutating func update(_ place: Place) {
            isConnected = true
            let isOlder = place.admitted < self.place.admitted || place.serial < self.place.serial
            guard !isOlder || place.state != .waiting else { return }
            if self.place.serial == 0 { initialAhead = place.peopleAhead }
            self.place = place
        }
    }

    private let caller: ServiceCaller
    private let request: WatchPlaceRequest
    private let state: Lock<Progress>

    package init(_ caller: ServiceCaller, of recorded: RecentActivity.Place, from place: Place) {
        self.caller = caller
        request = WatchPlaceRequest(roomID: recorded.room, placeID: recorded.place)
        state = Lock(Progress(place))
    }

    /// The latest state of the wait.
    package var progress: Progress { state.withLock { $0 } }

    /// The place when it is no longer waiting. Opens the stream again after it ends or fails.
    package func turn() async throws -> Place {
        if progress.place.state != .waiting { return progress.place }
        // Set by failures only, because a stream without changes may send nothing for hours.
        var lostSince: Uptime?
        var expirations = 0
        while true {
            do {
                for try await item in try await stream() {
                    state.withLock { $0.update(item.place) }
                    lostSince = nil
                    expirations = 0
                    if item.place.state != .waiting { return item.place }
                }
            } catch let failure as RPCFailure
                where failure.isBecause(CallReason.credentialExpired) && expirations < Self.maximumExpirations
            {
                // The next stream has the next credential of the session.
                expirations += 1
            } catch let failure as RPCFailure {
                let failure = CallFailure(failure, of: .queue)
                let since = lostSince ?? caller.clock.uptime
                lostSince = since
                guard failure.outcome == .unavailable, caller.clock.uptime - since < Self.outageLimit else {
                    throw failure
                }
                state.withLock { $0.disconnect() }
            }
            try await caller.clock.sleep(for: Self.retryPause)
        }
    }

    private func stream() async throws -> ItemStream<WatchPlaceRequest, WatchPlaceItem> {
        let options = try await caller.options(of: QueueMethods.watchPlace.description)
        return try caller.connections.client(of: .queue).open(QueueMethods.watchPlace, request, options)
    }
}
