import ConcertAPI
import Kernel
import Messages
import QueueAPI
import RPC
import WalletAPI

/// The methods of the contracts that the gateway is built with.
enum KnownMethods {
    static let services: [ServiceDescription] = [
        HealthMethods.service, ReflectionMethods.service, QueueMethods.service, ConcertMethods.service,
        WalletMethods.service,
    ]

    static let streams = [KnownStream(QueueMethods.watchPlace), KnownStream(ConcertMethods.watchSeats)]

    private static let all = services.flatMap(\.methods)

    /// The method with this full name or unambiguous suffix: `Health/Check`, `Check`.
    static func find(_ name: String) throws(GatewayError) -> MethodDescription {
        let found = all.filter { $0.name == name || $0.name.hasSuffix("/" + name) || $0.name.hasSuffix("." + name) }
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw .usage("\(name) is ambiguous. Give the full name: \(found.map(\.name).joined(separator: " or "))")
        }
        let names = all.flatMap { [$0.name, $0.serviceAndName, $0.shortName] }
        let hint = name.nearest(among: names).map { "Did you mean \($0)?" } ?? "See: gateway methods"
        throw .usage("unknown method \(name). \(hint)")
    }
}

/// A stream method without its types: requests and items are bytes.
struct KnownStream: Sendable {
    let name: String
    let reply: MessageDescriptor
    private let open: @Sendable (Client, [UInt8], CallOptions, Receive) async throws(RPCFailure) -> Void

    typealias Receive = @Sendable ([UInt8]) throws(RPCFailure) -> Void

    init<Request: Message, Item: Message>(_ method: StreamMethod<Request, Item>) {
        name = method.name
        reply = method.description.reply
        open = { client, request, options, receive async throws(RPCFailure) in
            do {
                let request = try Request(decoding: request)
                for try await item in client.open(method, request, options) { try receive(try item.encoded()) }
            } catch let failure as RPCFailure {
                throw failure
            } catch {
                throw RPCFailure(.internal, "MALFORMED_MESSAGE", "\(error)")
            }
        }
    }

    /// Calls `receive` with each item until the stream ends.
    func read(
        _ client: Client, _ request: [UInt8], _ options: CallOptions, _ receive: Receive
    ) async throws(RPCFailure) {
        try await open(client, request, options, receive)
    }
}

extension MethodDescription {
    /// `Check`
    var shortName: String { String(name.split(separator: "/").last ?? "") }
    /// `Health/Check`
    var serviceAndName: String { String(name.split(separator: ".").last ?? "") }
}
