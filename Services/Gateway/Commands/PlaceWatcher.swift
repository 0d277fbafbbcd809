import Kernel
import QueueAPI
import RPC
import Threads

/// Watches a place until it is the user's turn. Draws a bar in a terminal, and prints lines elsewhere.
struct PlaceWatcher: Sendable {
    private static let framePause = Duration.milliseconds(150)
    private static let linePause = Duration.seconds(10)
    /// The longest outage of the queue service. After it the command fails, and the user keeps the place.
    private static let outageLimit = Duration.minutes(10)
    private static let retryPause = Duration.seconds(1)

    private let run: Invocation
    private let recorded: RecentActivity.Place
    private let progress: Progress

    /// The latest state of the place, written by `watch` and read by `showProgress`.
    private final class Progress: Sendable {
        struct State {
            var place: PlaceView
            var initialAhead: Int64
            var isConnected = true
        }

        let state: Lock<State>

        init(_ place: PlaceView) {
            state = Lock(State(place: place, initialAhead: place.peopleAhead))
        }

        /// Ignores a place with fewer admitted users than before, because a line only moves forward.
        func update(_ place: PlaceView) {
            state.withLock { state in
                state.isConnected = true
                guard place.admitted >= state.place.admitted || place.state != .waiting else { return }
                state.place = place
            }
        }
    }

    private enum Event {
        case turn(PlaceView)
        case failed(GatewayError)
        case interrupted
    }

    init(_ run: Invocation, for recorded: RecentActivity.Place, from place: PlaceView) {
        self.run = run
        self.recorded = recorded
        progress = Progress(place)
    }

    /// The place when it is no longer waiting. Ctrl-C asks whether to leave the line or to keep the place.
    func waitForTurn() async throws(GatewayError) -> PlaceView {
        let first = progress.state.withLock { $0.place }
        guard first.state == .waiting else { return first }
        let interrupts = Interrupts.begin()
        let event = await withTaskGroup(of: Event?.self) { group in
            group.addTask { await watch() }
            group.addTask { await showProgress() }
            group.addTask {
                for await _ in interrupts { return .interrupted }
                return nil
            }
            var event: Event?
            while event == nil, let next = await group.next() { event = next }
            group.cancelAll()
            return event
        }
        Interrupts.end()
        if isLive { run.console.draw(WaitingBar.clearLine) }
        switch event {
        case .turn(let place): return place
        case .failed(let error): throw error
        case .interrupted, nil: throw try await interrupted()
        }
    }

    private var isLive: Bool { run.console.isTerminal && !run.isJSON }

    /// Reads the place from the stream, and opens the stream again after it ends or fails.
    private func watch() async -> Event? {
        // Set by failures only, because a stream without changes may send nothing for hours.
        var lostSince: Uptime?
        while !Task.isCancelled {
            do throws(GatewayError) {
                var items = try stream().makeAsyncIterator()
                while let place = try await next(&items) {
                    progress.update(place)
                    lostSince = nil
                    if place.state != .waiting { return .turn(place) }
                }
            } catch {
                let since = lostSince ?? run.clock.uptime
                lostSince = since
                guard error.exit == .unavailable, run.clock.uptime - since < Self.outageLimit else {
                    return .failed(error)
                }
                progress.state.withLock { $0.isConnected = false }
            }
            try? await run.clock.sleep(for: Self.retryPause)
        }
        return nil
    }

    private func stream() throws(GatewayError) -> ItemStream<WatchPlaceRequest, WatchPlaceItem> {
        let request = WatchPlaceRequest(roomID: recorded.room.bytes, placeID: recorded.place.bytes)
        let options = try run.options(of: QueueMethods.watchPlace.description)
        return try run.client(of: .queue).open(QueueMethods.watchPlace, request, options)
    }

    private func next(
        _ items: inout ItemStream<WatchPlaceRequest, WatchPlaceItem>.Iterator
    ) async throws(GatewayError) -> PlaceView? {
        do throws(RPCFailure) {
            return try await items.next()?.place
        } catch {
            throw run.error(error, of: .queue)
        }
    }

    /// Draws the bar until it is cancelled. Without a terminal, prints a line when the number of users ahead changes.
    private func showProgress() async -> Event? {
        var tick = 0
        var printedAhead: Int64?
        while !Task.isCancelled {
            let state = progress.state.withLock { $0 }
            if isLive {
                let bar = WaitingBar(
                    target: recorded.target, place: state.place, initialAhead: state.initialAhead,
                    isConnected: state.isConnected, tick: tick)
                run.console.draw(
                    WaitingBar.clearLine + bar.text(columns: run.console.columns - 1, style: run.style))
            } else if printedAhead != state.place.peopleAhead {
                printedAhead = state.place.peopleAhead
                run.note(PlaceReport(place: state.place, target: recorded.target).text(run.localTime))
            }
            tick += 1
            try? await run.clock.sleep(for: isLive ? Self.framePause : Self.linePause)
        }
        return nil
    }

    /// Asks after Ctrl-C whether to leave the line, and returns the error that ends the command.
    private func interrupted() async throws(GatewayError) -> GatewayError {
        let kept = "Your place is kept. To continue waiting: gateway place --wait"
        guard run.canAsk else { return GatewayError(.interrupted, kept) }
        let leaves = try await run.withInterruptMessage(kept) { () async throws(GatewayError) in
            try run.ask("Leave the line, or keep your place? [l/K]") { answer throws(GatewayError) in
                switch answer.lowercased() {
                case "l", "leave": true
                case "", "k", "keep": false
                default: throw .usage("Please answer l or k.")
                }
            }
        }
        guard leaves else { return GatewayError(.interrupted, kept) }
        try await run.leave(recorded)
        return GatewayError(.interrupted, "you have left the line for \(recorded.target)")
    }
}
