import Kernel

/// The name of the log of one line: `tickets.example.com/line/0193e5a0-7a55-7000-8000-000000000001`.
package struct LineOrigin: Hashable, Sendable {
    private static let maximumByteCount = 128

    package let site: String
    package let room: RoomID

    package init(site: String, room: RoomID) {
        self.site = site
        self.room = room
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[parts.count - 2] == "line", let room = RoomID(String(parts[parts.count - 1]))
        else { return nil }
        self.init(site: parts.dropLast(2).joined(separator: "/"), room: room)
        guard Self.isSite(site), text == self.text else { return nil }
    }

    package var text: String { "\(site)/line/\(room)" }

    /// True for a name without spaces and plus signs, such as `tickets.example.com`.
    package static func isSite(_ text: String) -> Bool {
        (1...maximumByteCount).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2b }
    }
}
