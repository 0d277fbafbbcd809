import Journeys
import Kernel
import Telemetry

/// What the handlers of the edge share.
struct Site: Sendable {
    let connections: Connections
    let clock: any Clock
    let log: Log
    /// The scheme, the host and the port that browsers use: `https://tickets.example`.
    let origin: String
    /// The longest wait for the answer to one call.
    let callTimeout: Duration
    /// True if the services accept the addresses of buyers from this program, because it has a certificate of an edge.
    let namesClients: Bool

    /// The client of a request, as the services accept it.
    func peer(of request: HTTPRequest) -> Address? { namesClients ? request.client : nil }

    /// Calls the services for the buyer of a request. `credential` throws if the buyer is not signed in.
    func caller(
        for request: HTTPRequest, records: Records, credential: @escaping @Sendable () async throws -> [UInt8]
    ) -> ServiceCaller {
        ServiceCaller(
            connections, isOperator: false, timeout: callTimeout, clock: clock, records: records, requestID: nil,
            peer: peer(of: request), credential: credential)
    }
}
