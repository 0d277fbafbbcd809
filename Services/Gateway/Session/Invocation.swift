import Kernel
import RPC

/// One run of one command: what it was told, whom it can call, and what it remembers.
struct Invocation: Sendable {
    private static let usualTimeout = Duration.seconds(10)
    private static let mostListed = 100_000

    let command: Command
    let arguments: Arguments
    let console: Console
    let home: Home
    let environment: [String: String]
    let clock: any Clock
    let connections: Connections

    var isJSON: Bool { arguments.isGiven(CommonFlags.json) }

    var style: Style { console.style }

    /// The result: as a line of JSON where that was asked for, else as people read it.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        if isJSON { return console.print(json().text) }
        let text = text()
        // Several lines are laid out already.
        console.print(text.contains("\n") ? text : console.fitted(text))
    }

    /// Something besides the result. Scripts are spared it.
    func note(_ text: String) {
        if !isJSON { console.complain(console.fitted(text)) }
    }

    /// What $TZ says counts only where it names a zone; it may hold other things.
    var zone: Zone { (try? arguments.value(CommonFlags.zone)) ?? .ofMachine }

    /// As people read it here.
    func shown(_ milliseconds: some BinaryInteger) -> String {
        ShownTime.text(Timestamp(milliseconds: Int64(clamping: milliseconds)), in: zone)
    }

    func newRequestID() throws(GatewayError) -> RequestID {
        try arguments.value(CommonFlags.requestID) ?? .make(at: clock.now)
    }

    // MARK: Calling

    func addresses(of peer: Peer) throws(GatewayError) -> [Address] {
        try arguments.value(peer.flag) ?? [peer.home]
    }

    func client(of peer: Peer) throws(GatewayError) -> Client {
        connections.client(of: peer, at: try addresses(of: peer))
    }

    func timeout() throws(GatewayError) -> Duration {
        try arguments.value(CommonFlags.timeout) ?? Self.usualTimeout
    }

    /// Calls whichever service has the method. Whom nobody need be signed in for is still told who asks where `isNamed`.
    func call<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, requestID: RequestID? = nil, isNamed: Bool = false
    ) async throws(GatewayError) -> Reply {
        guard let peer = Peer(method: method.name) else { preconditionFailure("\(method.name) belongs to no service") }
        let options = try options(of: method.description, requestID: requestID, isNamed: isNamed)
        let client = try client(of: peer)
        do throws(RPCFailure) {
            return try await client.call(method, request, options)
        } catch {
            throw self.error(error, of: peer, requestID: requestID)
        }
    }

    func error(_ failure: RPCFailure, of peer: Peer, requestID: RequestID? = nil) -> GatewayError {
        var failure = failure
        if failure.code == .invalidArgument { failure.message = FieldWords.text(failure.message) }
        if !isJSON { failure.message = ShownTime.local(failure.message, in: zone) }
        guard let requestID else { return GatewayError(failure, of: peer, repeating: .asItIs) }
        let isTold = command.flags.contains { $0.name == CommonFlags.requestID.name }
        return GatewayError(failure, of: peer, repeating: isTold ? .with(requestID) : .isRemembered)
    }

    func options(
        of method: MethodDescription, requestID: RequestID? = nil, isNamed: Bool = false
    ) throws(GatewayError) -> CallOptions {
        let credential = method.callers.isEmpty && !isNamed ? nil : try credential().bytes
        // The envelope of a write needs an id, also where the request names what it changes.
        return CallOptions(
            timeout: method.isStream ? nil : try timeout(), requestID: requestID ?? .make(at: clock.now),
            credential: credential)
    }

    /// A list whose pages follow each other: `page` is given the last element of the page before.
    func allPages<Element: Sendable>(
        _ page: (Element?) async throws(GatewayError) -> (elements: [Element], hasMore: Bool)
    ) async throws(GatewayError) -> [Element] {
        var all: [Element] = []
        while all.count < Self.mostListed {
            let next = try await page(all.last)
            all += next.elements
            guard next.hasMore, !next.elements.isEmpty else { return all }
        }
        throw .refused("there are more than \(Self.mostListed), which is more than the gateway lists")
    }
}
