/// A method and what answers it.
package struct Route: Sendable {
    package let method: MethodDescription
    /// Reads the request and starts the handler; both happen on the connection's loop.
    let begin: @Sendable (_ payload: UnsafeRawBufferPointer, Exchange) -> Void

    package init<Request, Reply>(
        _ method: Method<Request, Reply>, _ handler: @escaping @Sendable (Request, Call) async throws -> Reply
    ) {
        self.method = method.description
        begin = { payload, exchange in
            guard let request = exchange.read(payload, as: Request.self) else { return }
            exchange.start {
                do {
                    let reply =
                        exchange.hasInterceptors
                        ? try await exchange.intercepted { try await handler(request, exchange.call) }
                        : try await handler(request, exchange.call)
                    exchange.returned(reply)
                } catch {
                    exchange.threw(error)
                }
            }
        }
    }

    package init<Request, Reply>(
        _ method: Method<Request, Reply>, _ handler: @escaping @Sendable (Request, Call, Answer<Reply>) -> Void
    ) {
        self.method = method.description
        begin = { payload, exchange in
            guard let request = exchange.read(payload, as: Request.self) else { return }
            guard exchange.hasInterceptors else { return handler(request, exchange.call, Answer(to: exchange)) }
            exchange.start {
                do {
                    let reply = try await exchange.intercepted {
                        try await withUnsafeThrowingContinuation { continuation in
                            Call.$current.withValue(nil) {
                                handler(request, exchange.call, Answer(to: continuation))
                            }
                        }
                    }
                    exchange.returned(reply)
                } catch {
                    exchange.threw(error)
                }
            }
        }
    }

    package init<Request, Item>(
        _ method: StreamMethod<Request, Item>,
        _ handler: @escaping @Sendable (Request, Call, ItemWriter<Item>) async throws -> Void
    ) {
        self.method = method.description
        begin = { payload, exchange in
            guard let request = exchange.read(payload, as: Request.self) else { return }
            exchange.startStream {
                try await handler(request, exchange.call, ItemWriter(exchange: exchange))
            }
        }
    }
}
