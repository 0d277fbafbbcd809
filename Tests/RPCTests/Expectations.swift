import Kernel
import RPC
import TestSupport
import Testing

/// Expects that `body` fails, and returns the failure.
func failure(
    of world: EchoSimulation, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable () async throws -> Void
) throws -> RPCFailure {
    let failure: RPCFailure? = try world.run {
        do {
            try await body()
            return nil
        } catch {
            return error as? RPCFailure
        }
    }
    return try #require(failure, sourceLocation: sourceLocation)
}
