import Encoding
import Testing

@Suite struct EncodingTests {
    @Test func `hexadecimal digits are lower case, and both cases are read`() {
        #expect(Hexadecimal.text(of: []) == "" && Hexadecimal.bytes(of: "") == [])
        #expect(Hexadecimal.text(of: [0, 1, 0xab, 0xff]) == "0001abff")
        #expect(Hexadecimal.bytes(of: "0001ABff") == [0, 1, 0xab, 0xff])
    }

    @Test(arguments: ["0", "0g", "0 ", " 00", "00:11", "0x00", "００", "00\0"])
    func `other text is not hexadecimal`(text: String) {
        #expect(Hexadecimal.bytes(of: text) == nil)
    }

    /// The test vectors of RFC 4648.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `Base64 is written with padding and read with and without it`(plain: String, text: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == text)
        #expect(Base64.bytes(of: text) == Array(plain.utf8))
        #expect(Base64.bytes(of: text.filter { $0 != "=" }) == Array(plain.utf8))
    }

    @Test func `Base64 reads both alphabets`() {
        #expect(Base64.text(of: [0xfb, 0xff, 0xbf]) == "+/+/")
        #expect(Base64.bytes(of: "+/+/") == [0xfb, 0xff, 0xbf])
        #expect(Base64.bytes(of: "-_-_") == [0xfb, 0xff, 0xbf])
        #expect(Base64.bytes(of: "-_8=") == [0xfb, 0xff] && Base64.bytes(of: "-_8") == [0xfb, 0xff])
    }

    @Test(arguments: ["a", "ab=c", "ab=", "abc==", "ab===", "a b=", "ab\n=", "????", "aé==", "=", "===="])
    func `other text is not Base64`(text: String) {
        #expect(Base64.bytes(of: text) == nil)
    }
}
