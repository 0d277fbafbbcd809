import Kernel
import Messages

/// Sends the items of a stream from its handler.
package struct ItemWriter<Item: Message>: Sendable {
    let exchange: Exchange

    /// Sends an item, waiting for the reader's credit. Throws if the client has ended the stream; then the handler
    /// should return.
    package func send(_ item: Item) async throws(RPCFailure) {
        if exchange.loop.runsCurrentTask {
            // Most items find credit. Avoid the memory of the waiting path for them.
            if try exchange.sendNow(item) { return }
            return try await exchange.send(item)
        }
        try await exchange.loop.perform { () async throws(RPCFailure) in try await exchange.send(item) }
    }
}
