import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@Suite struct ListEntriesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `entries are listed newest first, page by page, with the money after each`(
            engine: Engine
        ) async throws {
            try await Market.with(engine) { market in
                try await market.topUp(10_000)
                _ = try await market.pay(try await market.reserve("1", number: 20), number: 30)
                try await market.topUp(500, number: 11)
                let calls = market.calls(of: .alice)
                var entries: [WalletAPI.Entry] = []
                var request = ListEntriesRequest(currency: "EUR", pageSize: 3)
                while true {
                    let page = try await calls.listEntries(request)
                    entries += page.entries
                    guard page.hasMore else { break }
                    request.beforeSerial = page.entries.last!.serial
                }
                #expect(entries.map(\.serial) == [4, 3, 2, 1])
                #expect(entries.map(\.kind) == [.topUp, .payment, .setAside, .topUp])
                #expect(entries.map(\.amount) == [500, 3000, 3000, 10_000])
                #expect(entries.map(\.available) == [7500, 7000, 7000, 10_000])
                #expect(entries.map(\.pending) == [0, 0, 3000, 0])
                let payment = PaymentID.numbered(30)
                #expect(entries.map(\.paymentID) == [nil, payment, payment, nil])
                let dollars = TopUpRequest(amount: 700, currency: "USD")
                _ = try await calls.topUp(dollars, CallOptions(requestID: .numbered(12)))
                #expect(
                    try await calls.listEntries(ListEntriesRequest(currency: "USD")).entries.map(\.available) == [700])
                #expect(try await calls.listEntries(ListEntriesRequest(currency: "EUR")).entries.count == 4)
                #expect(
                    try await market.calls(of: .bob).listEntries(ListEntriesRequest(currency: "EUR")).entries.isEmpty)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available) func `a missing currency is refused, and so is a page that is too long`(
            engine: Engine
        )
            async throws
        {
            try await Market.with(engine) { market in
                let calls = market.calls(of: .alice)
                await refused("INVALID_FIELD") { try await calls.listEntries(ListEntriesRequest()) }
                await refused("INVALID_FIELD") {
                    try await calls.listEntries(ListEntriesRequest(currency: "EUR", pageSize: 501))
                }
            }
        }
    }
}
