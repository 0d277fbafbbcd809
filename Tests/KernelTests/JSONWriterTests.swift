import Kernel
import Testing

@Suite struct JSONWriterTests {
    private func written(_ layout: JSONWriter.Layout) -> String {
        var json = JSONWriter(layout)
        json.object([(name: "a", value: [1, 2]), (name: "b", value: [])]) { json, numbers in
            json.array(numbers) { $0.literal($1) }
        }
        return json.text
    }

    @Test func `each layout has its spaces and lines`() {
        #expect(written(.compact) == #"{"a":[1,2],"b":[]}"#)
        #expect(written(.spaced) == #"{"a": [1,2],"b": []}"#)
        #expect(
            written(.indented) == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": []
                }
                """)
    }

    @Test func `a string cannot end its quotes, and control characters are escaped`() {
        var json = JSONWriter()
        json.string("\"\\\n\r\t\0\u{1f}\u{7f}é🎫")
        #expect(json.text == #""\"\\\n\r\t\u0000\u001f\u007fé🎫""#)
    }

    @Test func `a text for a line has no character that moves the cursor or the direction of writing`() {
        #expect(
            "\u{85}\u{2028}\u{202e}\u{e0041}".escapedForLine(maximumByteCount: 100)
                == #"\u0085\u2028\u202e\udb40\udc41"#)
        #expect(String(repeating: "a", count: 10).escapedForLine(maximumByteCount: 4) == "aaaa…")
    }
}
