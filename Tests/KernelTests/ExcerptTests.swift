import Kernel
import Testing

@Suite struct ExcerptTests {
    @Test func `a text of 200 bytes stays, and a longer one has 200 bytes with its ellipsis`() {
        let longest = String(repeating: "a", count: 200)
        #expect(Excerpt.of(longest) == longest)
        #expect(Excerpt.of(longest + "a") == String(repeating: "a", count: 197) + "…")
        #expect(Excerpt.of("") == "")
    }

    @Test(arguments: ["é", "€", "😀"])
    func `no character is split, wherever the cut falls`(character: String) {
        for offset in 0...4 {
            let text = String(repeating: "a", count: offset) + String(repeating: character, count: 200)
            let excerpt = Excerpt.of(text)
            #expect((197...200).contains(excerpt.utf8.count), "\(excerpt.utf8.count)")
            #expect(excerpt.hasSuffix("…") && text.hasPrefix(excerpt.dropLast()))
            #expect(text.utf8.withContiguousStorageIfAvailable { Excerpt.of(UnsafeRawBufferPointer($0)) } == excerpt)
        }
    }

    @Test func `bytes that are no text become at most 200 bytes of replacement characters`() {
        let excerpt = [UInt8](repeating: 0xff, count: 250_000).withUnsafeBytes { Excerpt.of($0) }
        #expect(excerpt == String(repeating: "\u{fffd}", count: 65) + "…")
    }

    @Test func `a beginning has at most so many bytes and splits no scalar`() {
        #expect("aé".beginning(atMost: 3) == "aé")
        #expect("aé".beginning(atMost: 2) == "a")
        #expect("é".beginning(atMost: 1) == "")
        #expect("".beginning(atMost: 0) == "")
    }
}
