import Kernel

/// Where a handler puts the items of a stream.
package struct ItemWriter<Item: Message>: Sendable {
    let exchange: Exchange

    /// Returns when the item is on its way, which takes as long as the reader takes to want it. Throws when nobody wants
    /// it any more; then the handler has only to return.
    package func send(_ item: Item) async throws(RPCFailure) {
        if exchange.loop.isHome {
            // Most items find credit; what waits for it takes memory for as long as the stream lives.
            if try exchange.sendNow(item) { return }
            return try await exchange.send(item)
        }
        try await exchange.loop.visited { () async throws(RPCFailure) in try await exchange.send(item) }
    }
}
