import Journeys
import Kernel
import QueueAPI

/// Shows a wait: a bar in a terminal, lines elsewhere. Ctrl-C asks whether to leave the line or to keep the place.
struct WaitingScreen: Sendable {
    private static let framePause = Duration.milliseconds(150)
    private static let linePause = Duration.seconds(10)

    private struct Interrupted: Error {}

    private let run: Invocation
    private let recorded: RecentActivity.Place
    private let watch: PlaceWatch

    init(_ run: Invocation, for recorded: RecentActivity.Place, from place: PlaceView) {
        self.run = run
        self.recorded = recorded
        watch = PlaceWatch(run.caller, of: recorded, from: place)
    }

    private var isLive: Bool { run.console.isTerminal && !run.isJSON }

    /// The place when it is no longer waiting.
    func waitForTurn() async throws -> PlaceView {
        guard watch.progress.place.state == .waiting else { return watch.progress.place }
        let interrupts = Interrupts.begin()
        let outcome = await withTaskGroup(of: Result<PlaceView, any Error>?.self) { group in
            group.addTask {
                do { return .success(try await watch.turn()) } catch { return .failure(error) }
            }
            group.addTask { await showProgress() }
            group.addTask {
                for await _ in interrupts { return .failure(Interrupted()) }
                return nil
            }
            var outcome: Result<PlaceView, any Error>?
            while outcome == nil, let next = await group.next() { outcome = next }
            group.cancelAll()
            return outcome
        }
        Interrupts.end()
        if isLive { run.console.draw(WaitingBar.clearLine) }
        do {
            guard let outcome else { throw Interrupted() }
            return try outcome.get()
        } catch is Interrupted {
            throw try await interrupted()
        }
    }

    /// Draws the bar until it is cancelled. Without a terminal, prints a line when the number of users ahead changes.
    private func showProgress() async -> Result<PlaceView, any Error>? {
        var tick = 0
        var printedAhead: Int64?
        while !Task.isCancelled {
            let progress = watch.progress
            if isLive {
                let bar = WaitingBar(target: recorded.target, progress: progress, tick: tick)
                run.console.draw(
                    WaitingBar.clearLine + bar.text(columns: run.console.columns - 1, style: run.style))
            } else if printedAhead != progress.place.peopleAhead {
                printedAhead = progress.place.peopleAhead
                run.note(PlaceReport(place: progress.place, target: recorded.target).text(run))
            }
            tick += 1
            try? await run.clock.sleep(for: isLive ? Self.framePause : Self.linePause)
        }
        return nil
    }

    /// Asks after Ctrl-C whether to leave the line, and returns the error that ends the command.
    private func interrupted() async throws -> GatewayError {
        let kept = "Your place is kept. To continue waiting: gateway place --wait"
        guard run.questions.canAsk else { return GatewayError(.interrupted, kept) }
        let leaves = try await run.questions.withInterruptMessage(kept) {
            try run.questions.ask("Leave the line, or keep your place? [l/K]") { answer throws(GatewayError) in
                switch answer.lowercased() {
                case "l", "leave": true
                case "", "k", "keep": false
                default: throw .usage("Please answer l or k.")
                }
            }
        }
        guard leaves else { return GatewayError(.interrupted, kept) }
        try await WaitingLine(run.caller).leave(recorded)
        return GatewayError(.interrupted, "you have left the line for \(recorded.target)")
    }
}
