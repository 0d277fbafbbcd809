import Kernel
import Testing
@testable import RPC

@Suite struct OriginTests {
    @Test(
        arguments: [
            ("10.1.2.3:40000", "10.1.2.3"),
            ("[::ffff:10.1.2.3]:40000", "10.1.2.3"),
            ("[2001:db8:1:2:3:4:5:6]:40000", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2:ffff::1]:50000", "2001:db8:1:2::/64"),
            ("[2001:db8:1:3::1]:50000", "2001:db8:1:3::/64"),
            ("[fe80::1%eth0]:40000", "fe80::/64"),
            ("db.example:1", "db.example"),
            ("no address", "no address"),
        ])
    func `limits count an IPv4 address and an IPv6 network of 64 bits`(peer: String, network: String) {
        #expect(Origin(peer).network == network)
    }

    @Test func `callers of this machine have no remote network, also behind a proxy`() throws {
        var origin = Origin("127.0.0.1:40000")
        #expect(origin.remoteNetwork == nil)
        origin.forward(try #require(Address("203.0.113.7:50312")))
        #expect(origin.remoteNetwork == "203.0.113.7")
        origin.forward(try #require(Address("[::1]:50312")))
        #expect(origin.remoteNetwork == nil)
        #expect(Origin("[2001:db8:1:2::7]:1").remoteNetwork == "2001:db8:1:2::/64")
    }

    @Test(
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/9", "10.128.0.1", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
        ])
    func `a range contains the addresses with its first bits`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(IPRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0.0/8/8", "host/8", "10.0.0", "::/129", "/8",
    ])
    func `other texts are no range`(text: String) {
        #expect(IPRange(text) == nil)
    }
}
