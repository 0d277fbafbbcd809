import Kernel
import Testing

@testable import GatewayWeb

@Suite struct HTMLTests {
    @Test(arguments: [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onload=\"x", "&quot; onload=&quot;x"), ("' onload='x", "&#39; onload=&#39;x"), ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"), ("한국어 é", "한국어 é"), ("a\u{0}b\u{1b}c", "a b c"), ("a\u{202e}b", "a b"),
    ])
    func `a text becomes part of markup only escaped`(text: String, escaped: String) {
        let markup: HTML = "<p title=\"\(text)\">\(text)</p>"
        #expect(markup.text == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func `markup inside markup stays as it is`() {
        let inner: HTML = "<b>\("<")</b>"
        let none: HTML? = nil
        let markup: HTML = "<p>\(inner)\([inner, inner])\(none)\(7)</p>"
        #expect(markup.text == "<p><b>&lt;</b><b>&lt;</b><b>&lt;</b>7</p>")
    }

    @Test func `markup under a condition is there, or not`() {
        #expect(HTML.when(true, "<hr>").text == "<hr>")
        #expect(HTML.when(false, "<hr>").text.isEmpty)
    }
}
