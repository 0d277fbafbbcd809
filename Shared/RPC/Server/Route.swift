/// A method and its handler.
package struct Route: Sendable {
    package let method: MethodDescription
    /// Reads the request and starts the handler on the connection's loop.
    let begin: @Sendable (_ payload: UnsafeRawBufferPointer, Exchange) -> Void

    package init<Request, Reply>(
        _ method: Method<Request, Reply>, _ handler: @escaping @Sendable (Request, Call) async throws -> Reply
    ) {
        self.method = method.description
        begin = { payload, exchange in
            exchange.read(payload) { request in
                exchange.start {
                    do {
                        exchange.returned(try await handler(request, exchange.call))
                    } catch {
                        exchange.threw(error)
                    }
                }
            }
        }
    }

    package init<Request, Reply>(
        _ method: Method<Request, Reply>, _ handler: @escaping @Sendable (Request, Call, Answer<Reply>) -> Void
    ) {
        self.method = method.description
        begin = { payload, exchange in
            exchange.read(payload) { request in handler(request, exchange.call, Answer(to: exchange)) }
        }
    }

    package init<Request, Item>(
        _ method: StreamMethod<Request, Item>,
        _ handler: @escaping @Sendable (Request, Call, ItemWriter<Item>) async throws -> Void
    ) {
        self.method = method.description
        begin = { payload, exchange in
            exchange.read(payload) { request in
                exchange.startStream {
                    try await handler(request, exchange.call, ItemWriter(exchange: exchange))
                }
            }
        }
    }
}
