import Database
import Kernel
import RPC
import Service
import WalletAPI
import WalletDomain

extension WalletServer {
    func listEntries(_ request: ListEntriesRequest, call: Call) async throws -> ListEntriesReply {
        let user = try call.user
        let currency = try Currency(field: request.currency)
        return try await database.read(before: call.deadline) { reader in
            let page = try Self.entries(of: user, in: currency, before: request.beforeSerial, request.pageSize, reader)
            return ListEntriesReply(entries: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }

    func findEntries(_ request: FindEntriesRequest, call: Call) async throws -> FindEntriesReply {
        let name = try UserName(request.name)
        let currency = try Currency(field: request.currency)
        return try await database.read(before: call.deadline) { reader in
            let user = try ProfileTable.require(name, reader).user
            let page = try Self.entries(of: user, in: currency, before: request.beforeSerial, request.pageSize, reader)
            return FindEntriesReply(entries: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }

    private static func entries(
        of user: UserID, in currency: Currency, before serial: UInt64, _ size: UInt32, _ reader: Reader
    ) throws -> Page<Entry> {
        let before = serial == 0 ? Int64.max : Int64(clamping: serial)
        return try Page(of: size, usual: 50) {
            try EntryTable.all(of: user, in: currency, before: before, limit: $0, reader)
        }
    }
}
