/// Stands around every handler of a server: may look at the call, refuse it by throwing, and do something before and
/// after. `next` runs what lies further in, once.
package typealias ServerInterceptor = @Sendable (_ call: Call, _ next: () async throws -> Void) async throws -> Void

/// Stands around every call of a client: may change its options, refuse it by throwing, and make it again by running
/// `next` again; the last outcome counts.
package typealias ClientInterceptor =
    @Sendable (_ method: MethodDescription, _ options: CallOptions, _ next: ClientNext) async throws(RPCFailure) -> Void

package typealias ClientNext = (CallOptions) async throws(RPCFailure) -> Void

enum Interceptors {
    /// The first is the outermost.
    static func run(
        _ interceptors: ArraySlice<ServerInterceptor>, around call: Call, _ body: () async throws -> Void
    ) async throws {
        guard let first = interceptors.first else { return try await body() }
        try await first(call) { try await run(interceptors.dropFirst(), around: call, body) }
    }

    static func run(
        _ interceptors: ArraySlice<ClientInterceptor>, around method: MethodDescription, _ options: CallOptions,
        _ body: ClientNext
    ) async throws(RPCFailure) {
        guard let first = interceptors.first else { return try await body(options) }
        try await first(method, options) { options async throws(RPCFailure) in
            try await run(interceptors.dropFirst(), around: method, options, body)
        }
    }
}
