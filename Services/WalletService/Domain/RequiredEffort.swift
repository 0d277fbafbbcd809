import Kernel

/// The effort that a client must prove before its password is checked, in bits of a puzzle. 0 while few passwords wait.
///
/// It begins as soon as half of the places for waiting passwords are taken. While it lasts, it follows the load once a
/// second: up while half of the places stay taken, down while no password waits, and off only when few clients ask. So a
/// flood of requests without solutions does not switch it off, although none of them waits.
package struct RequiredEffort: Sendable {
    /// About a millisecond of a client.
    package static let least = 12
    /// About a second of a client.
    package static let most = 22
    /// Requests a second that need no puzzle. Two idle cores check twice as many passwords.
    package static let calm = 10
    private static let interval = Duration.seconds(1)

    package private(set) var bits = 0
    private var asked = 0
    private var began: Uptime

    package init(now: Uptime) {
        began = now
    }

    /// Counts a request while `waiting` passwords wait, of at most `maximum`. Returns the effort that it needs.
    package mutating func ask(waiting: Int, of maximum: Int, now: Uptime) -> Int {
        let isCrowded = waiting * 2 >= maximum
        if now >= began + Self.interval {
            adjust(isCrowded: isCrowded, isEmpty: waiting == 0, now)
            asked = 0
            began = now
        }
        asked += 1
        if isCrowded { bits = max(bits, Self.least) }
        return bits
    }

    private mutating func adjust(isCrowded: Bool, isEmpty: Bool, _ now: Uptime) {
        guard bits > 0 else { return }
        let seconds = (now - began).milliseconds / Self.interval.milliseconds
        if isCrowded {
            bits = min(bits + 1, Self.most)
        } else if asked <= Self.calm * Int(seconds) {
            // Also for the seconds without any request.
            bits = bits - Int(seconds) < Self.least ? 0 : bits - Int(seconds)
        } else if isEmpty {
            bits = max(bits - 1, Self.least)
        }
    }
}
