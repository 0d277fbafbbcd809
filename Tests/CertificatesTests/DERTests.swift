import Kernel
import Testing

@testable import Certificates

@Suite struct DERTests {
    @Test func `lengths above 127 have a byte for their size`() {
        #expect(DER.octets([UInt8](repeating: 7, count: 127)).prefix(2) == [4, 127])
        #expect(DER.octets([UInt8](repeating: 7, count: 128)).prefix(3) == [4, 0x81, 128])
        #expect(DER.octets([UInt8](repeating: 7, count: 300)).prefix(4) == [4, 0x82, 1, 44])
    }

    @Test func `numbers are never negative and have no needless zeros`() {
        #expect(DER.integer([0]) == [2, 1, 0])
        #expect(DER.integer([0, 0, 5]) == [2, 1, 5])
        #expect(DER.integer([0x80]) == [2, 2, 0, 0x80])
    }

    @Test func `object identifiers have seven bits in a byte`() {
        #expect(DER.object([1, 3, 101, 112]) == [6, 3, 0x2b, 0x65, 0x70])
        #expect(DER.object([1, 2, 840, 113_549]) == [6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d])
    }

    @Test func `times from 2050 on have four digits for the year`() {
        #expect(DER.time(Timestamp(milliseconds: 2_524_607_999_999)) == [0x17, 13] + Array("491231235959Z".utf8))
        #expect(DER.time(Timestamp(milliseconds: 2_524_608_000_000)) == [0x18, 15] + Array("20500101000000Z".utf8))
    }
}
