import Journeys
import QueueAPI

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

    private var place: PlaceView { progress.place }

    /// The bar in at most `columns` characters. Omits the bar itself if it does not fit.
    func text(columns: Int, style: Style) -> String {
        let spin = Self.spinner[tick % Self.spinner.count]
        let head = "\(spin) \(target.printable)  "
        let tail = "  \(words)"
        let space = columns - head.count - tail.count
        guard space >= Self.minimumWidth else { return String("\(spin) \(words)".prefix(columns)) }
        let width = min(Self.maximumWidth, space)
        let initial = progress.initialAhead
        let done = initial == 0 ? width : Int(Int64(width) * (initial - place.peopleAhead) / initial)
        let full = max(0, min(width, done))
        let bar =
            style.paint(String(repeating: "█", count: full), .green)
            + style.paint(String(repeating: "░", count: width - full), .dim)
        return head + bar + (progress.isConnected ? tail : style.paint(tail, .yellow))
    }

    private var words: String {
        if !progress.isConnected { return "connection lost; your place is kept" }
        switch place.roomState {
        case .scheduled, .preQueue: return "number \(place.serial), not open yet"
        case .paused: return "\(place.peopleAhead) ahead, paused"
        default:
            let ahead = place.peopleAhead == 0 ? "you are next" : "\(place.peopleAhead) ahead"
            return ahead + (place.estimate.map { ", \($0)" } ?? "")
        }
    }
}
