import CommandLine
import Journeys
import Kernel
import QueueAPI
import Threads

/// Shows a wait: a bar in a terminal, lines elsewhere. Ctrl-C asks whether to leave the line or to keep the place.
struct WaitingScreen: Sendable {
    private static let framePause = Duration.milliseconds(150)
    private static let linePause = Duration.seconds(10)

    private let run: Invocation
    private let recorded: RecentActivity.Place
    private let watch: PlaceWatch

    init(_ run: Invocation, for recorded: RecentActivity.Place, from place: Place) {
        self.run = run
        self.recorded = recorded
        watch = PlaceWatch(run.caller, of: recorded, from: place)
    }

    private var isLive: Bool { run.console.isTerminal && !run.isJSON }

    /// The place when it is no longer waiting.
    func waitForTurn() async throws -> Place {
        guard watch.progress.place.state == .waiting else { return watch.progress.place }
        let isInterrupted = Lock(false)
        let watching = Task { try await watch.turn() }
        let outcome = await Interrupts.handling({
            isInterrupted.withLock { $0 = true }
            watching.cancel()
        }) {
            // Draw only now: a user who sees the bar may press Ctrl-C at once.
            let showing = Task { await showProgress() }
            let outcome = await watching.result
            showing.cancel()
            await showing.value
            return outcome
        }
        if isLive { run.console.draw(WaitingBar.clearLine) }
        if isInterrupted.withLock({ $0 }) { throw try await interrupted() }
        return try outcome.get()
    }

    /// Draws the bar until it is cancelled. Without a terminal, prints a line when the number of users ahead changes.
    private func showProgress() async {
        var tick = 0
        var printedAhead: Int64?
        var printedNumber: Int64?
        var printedMessage = ""
        while !Task.isCancelled {
            let progress = watch.progress
            if progress.place.roomMessage != printedMessage {
                printedMessage = progress.place.roomMessage
                if isLive { run.console.draw(WaitingBar.clearLine) }
                if !printedMessage.isEmpty { run.note(PlaceReport.message(printedMessage)) }
            }
            if isLive {
                let bar = WaitingBar(target: recorded.target, progress: progress, tick: tick, now: run.clock.now)
                run.console.draw(
                    WaitingBar.clearLine + bar.text(columns: run.console.columns - 1, style: run.style))
            } else if printedAhead != progress.place.peopleAhead || printedNumber != progress.place.serial {
                printedAhead = progress.place.peopleAhead
                printedNumber = progress.place.serial
                run.note(PlaceReport(place: progress.place, target: recorded.target).text(run))
            }
            tick += 1
            try? await run.clock.sleep(for: isLive ? Self.framePause : Self.linePause)
        }
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

/// The progress bar of a wait, drawn in one line.
struct WaitingBar {
    private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private static let maximumWidth = 30
    private static let minimumWidth = 5
    /// Moves the cursor to the start of the line and clears the line.
    static let clearLine = "\r\u{1b}[2K"

    let target: String
    /// The bar is full when no user is ahead.
    let progress: PlaceWatch.Progress
    /// Counts the draws, to turn the spinner.
    let tick: Int
    let now: Timestamp

    private var place: Place { progress.place }

    /// The bar in at most `columns` cells. Omits the bar itself if it does not fit.
    func text(columns: Int, style: Style) -> String {
        let spin = Self.spinner[tick % Self.spinner.count]
        let head = "\(spin) \(target.printable)  "
        let tail = "  \(words)"
        let space = columns - head.cells - tail.cells
        guard space >= Self.minimumWidth else { return String("\(spin) \(words)".prefix(cells: columns)) }
        let width = min(Self.maximumWidth, space)
        let initial = progress.initialAhead
        let moved = initial == 0 ? width : Int(Int64(width) * (initial - place.peopleAhead) / initial)
        let done = place.serial == 0 ? 0 : moved
        let full = max(0, min(width, done))
        let bar =
            style.paint(String(repeating: "█", count: full), .green)
            + style.paint(String(repeating: "░", count: width - full), .dim)
        return head + bar + (progress.isConnected ? tail : style.paint(tail, .yellow))
    }

    private var words: String {
        if !progress.isConnected { return "connection lost; your place is kept" }
        switch place.roomState {
        case .scheduled, .preQueue:
            let opens = place.opensAt.map { "opens in \(($0 - now).text)" } ?? "not open yet"
            return "\(ahead), \(opens)"
        case .paused: return "\(ahead), paused"
        default:
            return ahead + (place.estimate.map { ", \($0)" } ?? "")
        }
    }

    private var ahead: String {
        if place.serial == 0 { return "you take part in the draw" }
        return place.peopleAhead == 0 ? "you are next" : "\(place.peopleAhead) ahead"
    }
}
