import Kernel
import Testing

@Suite struct DutiesTests {
    @Test func `duties are named in the order of the contract`() {
        #expect("\(Duties.all)" == "owner and sales and gate and read")
        #expect("\([.read, .sales] as Duties)" == "sales and read")
        #expect("\([] as Duties)" == "no duties")
    }

    @Test func `every duty has a name and a bit of its own`() {
        let all = Duties.names.reduce(into: Duties()) { $0.insert($1.duty) }
        #expect(all == .all)
        #expect(Duties.names.map(\.duty.rawValue) == [1, 2, 4, 8])
    }
}
