import Journeys
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// Lists with a wallet service that returns two elements per page.
struct PagesTests {
    private static let count: UInt64 = 5

    /// The number of entries that the command prints, and the serials that its requests began before.
    private func history(_ line: String) async throws -> (entries: Int, before: [UInt64]) {
        let before = Mutex<[UInt64]>([])
        let route = Route(WalletMethods.listEntries) { request, _ in
            before.withLock { $0.append(request.beforeSerial) }
            let older = (1...Self.count).reversed().filter { request.beforeSerial == 0 || $0 < request.beforeSerial }
            let entries = older.prefix(2).map { Entry(serial: $0, kind: .topUp, amount: 1, currency: "EUR", at: .noon) }
            return ListEntriesReply(entries: entries, hasMore: older.count > 2)
        }
        var result: CommandResult?
        try await StubServices.with(wallet: [route]) { services in result = await services.gateway(line) }
        let output = try #require(result).output
        return (output.split(separator: "\"serial\":").count - 1, before.withLock { $0 })
    }

    @Test func `a list is read page by page until it ends`() async throws {
        let (entries, before) = try await history("history --currency EUR --json")
        #expect(entries == 5)
        #expect(before == [0, 4, 2])
    }

    @Test func `a limit ends a list within a page, and reads no further page`() async throws {
        let (entries, before) = try await history("history --currency EUR --limit 3 --json")
        #expect(entries == 3)
        #expect(before == [0, 4])
    }
}
