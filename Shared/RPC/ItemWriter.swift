import Kernel

/// Where a handler puts the items of a stream.
package struct ItemWriter<Item: Message>: Sendable {
    let exchange: Exchange

    /// Returns when the item is on its way, which takes as long as the reader takes to want it. Throws when nobody wants
    /// it any more; then the handler has only to return.
    package func send(_ item: Item) async throws(RPCFailure) {
        if exchange.loop.isCurrent { return try await exchange.send(item) }
        try await withTaskExecutorPreference(exchange.loop) { () async throws(RPCFailure) in
            try await Self.sendThere(item, exchange)
        }
    }

    @concurrent private static func sendThere(_ item: Item, _ exchange: Exchange) async throws(RPCFailure) {
        try await exchange.send(item)
    }
}
