import Kernel
import Testing

@Suite struct AddressTests {
    @Test(arguments: ["127.0.0.1:7000", "[::1]:7000", "queue-1.example_net:65535", "0.0.0.0:0"])
    func `an address prints the text it was read from`(text: String) {
        #expect(Address(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "host", "host:", ":80", "host:65536", "host:-1", "host:+1", "::1:80", "[]:80", "[host]:80", "a b:80",
        "http://host:80", "host:80/", "user@host:80", "[::1:80", "host\n:80",
    ])
    func `text that is not an address is refused`(text: String) {
        #expect(Address(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.1.2.3", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("::", false),
        ("10.0.0.1", false), ("127.example.com", false), ("127.0.0.1.example.com", false), ("127.0.0.256", false),
        ("127.0.0", false),
    ])
    func `only addresses of this machine are loopback`(host: String, isLoopback: Bool) {
        #expect(Address(host: host, port: 1).isLoopback == isLoopback)
    }
}
