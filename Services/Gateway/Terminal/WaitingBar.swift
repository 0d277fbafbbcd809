import QueueAPI

/// The line that shows how a wait goes on, in place.
struct WaitingBar {
    private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private static let widest = 30
    private static let narrowest = 5
    /// Goes to the start of the line and clears it.
    static let again = "\r\u{1b}[2K"

    let target: String
    let place: PlaceView
    /// How many were ahead at first: what a full bar stands for.
    let mostAhead: Int64
    let isConnected: Bool
    /// Counts the pictures; what moves shows that the program lives.
    let tick: Int

    /// At most `columns` characters.
    func text(columns: Int, style: Style) -> String {
        let spin = Self.spinner[tick % Self.spinner.count]
        let head = "\(spin) \(target.printable)  "
        let tail = "  \(words)"
        let room = columns - head.count - tail.count
        guard room >= Self.narrowest else { return String("\(spin) \(words)".prefix(columns)) }
        let width = min(Self.widest, room)
        let done = mostAhead == 0 ? width : Int(Int64(width) * (mostAhead - place.peopleAhead) / mostAhead)
        let full = max(0, min(width, done))
        let bar =
            style.paint(String(repeating: "█", count: full), .green)
            + style.paint(String(repeating: "░", count: width - full), .dim)
        return head + bar + (isConnected ? tail : style.paint(tail, .yellow))
    }

    private var words: String {
        if !isConnected { return "connection lost; your place is kept" }
        switch place.roomState {
        case .scheduled, .preQueue: return "number \(place.serial), not open yet"
        case .paused: return "\(place.peopleAhead) ahead, paused"
        default:
            let ahead = place.peopleAhead == 0 ? "you are next" : "\(place.peopleAhead) ahead"
            return ahead + (place.estimate.map { ", \($0)" } ?? "")
        }
    }
}
