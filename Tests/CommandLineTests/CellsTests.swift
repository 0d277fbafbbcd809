import CommandLine
import Testing

struct CellsTests {
    @Test(arguments: [
        ("", 0), ("Moon", 4), ("Café", 4), ("Cafe\u{301}", 4), ("달의 여행", 9), ("月の旅", 6), ("🌙", 2), ("❤\u{fe0f}", 2),
        ("👩‍👩‍👧", 2), ("🇰🇷", 2), ("\u{1b}[33mA\u{1b}[0m", 1), ("\u{1b}[2m달\u{1b}[0m!", 3), ("·█░⠋", 4), ("“Zoë”", 5),
    ])
    func `the width of a text counts cells of a terminal`(text: String, cells: Int) {
        #expect(text.cells == cells)
    }

    @Test func `a prefix by width ends before a character that does not fit`() {
        #expect("달의 여행".prefix(cells: 3) == "달")
        #expect("moon".prefix(cells: 3) == "moo")
        #expect("달의".prefix(cells: 9) == "달의")
    }

    @Test func `text is wrapped by its width, and keeps its margin`() {
        #expect("달의 여행 2026".wrapped(to: 10) == "달의 여행\n2026")
        #expect("  one two three".wrapped(to: 9) == "  one two\n  three")
        #expect("\u{1b}[31mone two\u{1b}[0m".wrapped(to: 7) == "\u{1b}[31mone two\u{1b}[0m")
    }
}
