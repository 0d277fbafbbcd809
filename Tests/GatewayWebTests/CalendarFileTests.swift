import Kernel
import Testing

@testable import GatewayWeb

@Suite struct CalendarFileTests {
    private static let starts = Timestamp(milliseconds: 1_821_736_800_000)

    private static func file(title: String) -> String {
        CalendarFile(
            uid: "1@onsale", title: title, place: "Hall", description: "Seat A-1", starts: starts,
            ends: starts + .hours(3),
            written: starts
        ).text
    }

    @Test func `a date is an event in UTC`() {
        let text = Self.file(title: "Moon Tour")
        #expect(text.hasPrefix("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.hasSuffix("END:VCALENDAR\r\n"))
        #expect(text.contains("\r\nDTSTART:20270923T220000Z\r\nDTEND:20270924T010000Z\r\n"))
        #expect(text.contains("\r\nSUMMARY:Moon Tour\r\nLOCATION:Hall\r\nDESCRIPTION:Seat A-1\r\n"))
    }

    @Test func `no character of a title begins another line`() {
        #expect(Self.file(title: "a\r\nEND:VEVENT;,\\b").contains("\r\nSUMMARY:a \\nEND:VEVENT\\;\\,\\\\b\r\n"))
    }

    @Test func `a long line is folded between characters`() {
        let title = String(repeating: "한", count: 60)
        let lines = Self.file(title: title).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 75 })
        #expect(
            lines.map { $0.hasPrefix(" ") ? String($0.dropFirst()) : "\n" + $0 }.joined().contains(
                "\nSUMMARY:\(title)\n"))
    }
}
