import Kernel
import Testing

@testable import Identity

@Suite struct Base32Tests {
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `the examples of RFC 4648 hold, without padding`(plain: String, encoded: String) {
        #expect(Base32.text(of: Array(plain.utf8)) == encoded)
        #expect(Base32.bytes(of: encoded) == Array(plain.utf8))
    }

    @Test func `every sequence of bytes survives a round trip`() {
        var random = SeededGenerator(seed: 13)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base32.bytes(of: Base32.text(of: bytes)) == bytes)
        }
    }

    @Test(arguments: ["A", "MZ=", "my", "M1", "MZXW6Y", "MZ", "MYA"])
    func `text that is not canonical Base32 is refused`(text: String) {
        #expect(Base32.bytes(of: text) == nil)
    }
}
