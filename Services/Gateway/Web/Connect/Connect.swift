import Journeys
import Kernel
import Messages
import RPC
import Telemetry

/// The Connect protocol (connectrpc.com) for calls with one reply.
///
/// A call becomes a call of the service with the same bytes. The service checks the request, the credential and the
/// limits, so the edge has no rules of its own.
struct Connect: Sendable {
    private let site: Site

    init(_ site: Site) {
        self.site = site
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let name = request.path.joined(separator: "/")
        guard let method = ServedMethods.find(name), let service = Service(of: method) else {
            return ConnectFailure.unknownMethod.response
        }
        do throws(ConnectFailure) {
            let call = try ConnectCall(request, of: method, longestTimeout: site.callTimeout)
            let reply = try await answer(to: call, of: method, service, peer: site.peer(of: request))
            var response = HTTPResponse(
                200, call.codec.mediaType, body: try call.codec.encoded(reply, as: method.reply))
            response.setHeader("cache-control", "no-store")
            return response
        } catch {
            return error.response
        }
    }

    private func answer(
        to call: ConnectCall, of method: MethodDescription, _ service: Service, peer: Address?
    ) async throws(ConnectFailure) -> [UInt8] {
        let client: Client
        do { client = try site.connections.client(of: service) } catch {
            site.log.error("no client", ["service": "\(service.rawValue)", "error": "\(error)"])
            throw ConnectFailure(RPCFailure(CallReason.internal))
        }
        let options = CallOptions(
            timeout: call.timeout, requestID: call.requestID, credential: call.credential, peer: peer)
        do throws(RPCFailure) {
            return try await client.callRaw(method, payload: call.message, options)
        } catch {
            throw ConnectFailure(error, of: service)
        }
    }
}
