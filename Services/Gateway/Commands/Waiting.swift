import Kernel
import QueueAPI
import RPC
import Threads

/// Waiting in the line until it is one's turn: with a bar where somebody watches, with a line now and then where not.
struct Waiting: Sendable {
    private static let frame = Duration.milliseconds(150)
    private static let silence = Duration.seconds(10)
    /// A service that is gone for longer is given up; the place stays.
    private static let patience = Duration.minutes(10)
    private static let pause = Duration.seconds(1)

    private let run: Invocation
    private let remembered: Memory.Place
    private let shared: Shared

    /// What the reader of the stream tells the painter of the bar.
    private final class Shared: Sendable {
        struct State {
            var place: PlaceView
            var mostAhead: Int64
            var isConnected = true
        }

        let state: Lock<State>

        init(_ place: PlaceView) {
            state = Lock(State(place: place, mostAhead: place.peopleAhead))
        }

        /// A line only moves forward; what says otherwise is old.
        func take(_ place: PlaceView) {
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

    init(_ run: Invocation, for remembered: Memory.Place, from place: PlaceView) {
        self.run = run
        self.remembered = remembered
        shared = Shared(place)
    }

    /// Returns the place when it waits no more. Ctrl-C asks whether to leave or to keep it.
    func untilTurn() async throws(GatewayError) -> PlaceView {
        let first = shared.state.withLock { $0.place }
        guard first.state == .waiting else { return first }
        let interrupts = Interrupts.begin()
        let event = await withTaskGroup(of: Event?.self) { group in
            group.addTask { await follow() }
            group.addTask { await paint() }
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
        if isLive { run.console.draw(WaitingBar.again) }
        switch event {
        case .turn(let place): return place
        case .failed(let error): throw error
        case .interrupted, nil: throw try await interrupted()
        }
    }

    private var isLive: Bool { run.console.isTerminal && !run.isJSON }

    private func follow() async -> Event? {
        // A line without news may be silent for hours; only what fails is lost.
        var lostSince: Uptime?
        while !Task.isCancelled {
            do throws(GatewayError) {
                var items = try stream().makeAsyncIterator()
                while let place = try await next(&items) {
                    shared.take(place)
                    lostSince = nil
                    if place.state != .waiting { return .turn(place) }
                }
            } catch {
                let since = lostSince ?? run.clock.uptime
                lostSince = since
                guard error.exit == .unavailable, run.clock.uptime - since < Self.patience else {
                    return .failed(error)
                }
                shared.state.withLock { $0.isConnected = false }
            }
            try? await run.clock.sleep(for: Self.pause)
        }
        return nil
    }

    private func stream() throws(GatewayError) -> ItemStream<WatchPlaceRequest, WatchPlaceItem> {
        let request = WatchPlaceRequest(roomID: remembered.room.bytes, placeID: remembered.place.bytes)
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

    /// Draws until it is cancelled. Where nobody watches, says something when people ahead are fewer, not too often.
    private func paint() async -> Event? {
        var tick = 0
        var said: Int64?
        while !Task.isCancelled {
            let state = shared.state.withLock { $0 }
            if isLive {
                let bar = WaitingBar(
                    target: remembered.target, place: state.place, mostAhead: state.mostAhead,
                    isConnected: state.isConnected, tick: tick)
                run.console.draw(
                    WaitingBar.again + bar.text(columns: run.console.columns - 1, style: run.style))
            } else if said != state.place.peopleAhead {
                said = state.place.peopleAhead
                run.note(PlaceReport(place: state.place, target: remembered.target).text(run.shown))
            }
            tick += 1
            try? await run.clock.sleep(for: isLive ? Self.frame : Self.silence)
        }
        return nil
    }

    /// What Ctrl-C leads to.
    private func interrupted() async throws(GatewayError) -> GatewayError {
        let kept = "Your place is kept. To wait on: gateway place --wait"
        guard run.canAsk else { return GatewayError(.interrupted, kept) }
        let leaves = try await run.leaving(kept) { () async throws(GatewayError) in
            try run.ask("Leave the line, or keep your place? [l/K]") { answer throws(GatewayError) in
                switch answer.lowercased() {
                case "l", "leave": true
                case "", "k", "keep": false
                default: throw .usage("Please answer l or k.")
                }
            }
        }
        guard leaves else { return GatewayError(.interrupted, kept) }
        try await run.leave(remembered)
        return GatewayError(.interrupted, "you have left the line for \(remembered.target)")
    }
}
