import Database
import Kernel
import RPC
import Service
import WalletAPI

extension WalletServer {
    func listEntries(_ request: ListEntriesRequest, call: Call) async throws -> ListEntriesReply {
        let user = try call.user
        let currency = try Currency(field: request.currency)
        let before = request.beforeSerial == 0 ? Int64.max : Int64(clamping: request.beforeSerial)
        return try await database.read(before: call.deadline) { reader in
            let page = try Page(of: request.pageSize, usual: 50) {
                try EntryTable.all(of: user, in: currency, before: before, limit: $0, reader)
            }
            return ListEntriesReply(entries: page.items.map { .init($0) }, hasMore: page.hasMore)
        }
    }
}
