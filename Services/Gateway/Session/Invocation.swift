import Kernel
import RPC

/// One run of a command: its arguments, its console, its clients and its files.
struct Invocation: Sendable {
    private static let defaultTimeout = Duration.seconds(10)
    private static let maximumListed = 100_000

    let command: Command
    let arguments: Arguments
    let console: Console
    let configuration: ConfigurationFolder
    let environment: [String: String]
    let clock: any Clock
    let connections: Connections

    var isJSON: Bool { arguments.isGiven(CommonFlags.json) }

    var style: Style { console.style }

    /// Prints the result: one line of JSON with `--json`, otherwise text.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        if isJSON { return console.print(json().text) }
        let text = text()
        // A text of several lines has its layout.
        console.print(text.contains("\n") ? text : console.fitted(text))
    }

    /// Prints a remark to standard error, except with `--json`.
    func note(_ text: String) {
        if !isJSON { console.printError(console.fitted(text)) }
    }

    /// The zone of `--zone` or `TZ`. An invalid `TZ` is ignored, because the variable also allows other formats.
    var zone: Zone { (try? arguments.value(CommonFlags.zone)) ?? .ofMachine }

    /// A time for people, in `zone`.
    func localTime(_ milliseconds: some BinaryInteger) -> String {
        DisplayTime.text(Timestamp(milliseconds: Int64(clamping: milliseconds)), in: zone)
    }

    /// The id of `--request-id`, or a new one.
    func newRequestID() throws(GatewayError) -> RequestID {
        try arguments.value(CommonFlags.requestID) ?? .make(at: clock.now)
    }

    func addresses(of service: Service) throws(GatewayError) -> [Address] {
        try arguments.value(service.flag) ?? [service.defaultAddress]
    }

    func client(of service: Service) throws(GatewayError) -> Client {
        connections.client(of: service, at: try addresses(of: service))
    }

    func timeout() throws(GatewayError) -> Duration {
        try arguments.value(CommonFlags.timeout) ?? Self.defaultTimeout
    }

    /// Calls the service of the method. `sendsCredential` sends one even if the method does not require it.
    func call<Request, Reply>(
        _ method: Method<Request, Reply>, _ request: Request, requestID: RequestID? = nil, sendsCredential: Bool = false
    ) async throws(GatewayError) -> Reply {
        guard let service = Service(method: method.name) else {
            preconditionFailure("\(method.name) belongs to no service")
        }
        let options = try options(of: method.description, requestID: requestID, sendsCredential: sendsCredential)
        let client = try client(of: service)
        do throws(RPCFailure) {
            return try await client.call(method, request, options)
        } catch {
            throw self.error(error, of: service, requestID: requestID)
        }
    }

    /// The error of a failed call, with flags and local times in its message.
    func error(_ failure: RPCFailure, of service: Service, requestID: RequestID? = nil) -> GatewayError {
        var failure = failure
        if failure.code == .invalidArgument { failure.message = FieldNames.withFlags(failure.message) }
        if !isJSON { failure.message = DisplayTime.localized(failure.message, in: zone) }
        guard let requestID else { return GatewayError(failure, of: service, retry: .sameCommand) }
        let hasFlag = command.flags.contains { $0.name == CommonFlags.requestID.name }
        return GatewayError(failure, of: service, retry: hasFlag ? .withID(requestID) : .recorded)
    }

    func options(
        of method: MethodDescription, requestID: RequestID? = nil, sendsCredential: Bool = false
    ) throws(GatewayError) -> CallOptions {
        let credential = method.callers.isEmpty && !sendsCredential ? nil : try credential().bytes
        // Every write needs a request id, even if the request is idempotent by its content.
        return CallOptions(
            timeout: method.isStream ? nil : try timeout(), requestID: requestID ?? .make(at: clock.now),
            credential: credential)
    }

    /// All elements of a paged list. `page` receives the last element of the page before.
    func allPages<Element: Sendable>(
        _ page: (Element?) async throws(GatewayError) -> (elements: [Element], hasMore: Bool)
    ) async throws(GatewayError) -> [Element] {
        var all: [Element] = []
        while all.count < Self.maximumListed {
            let next = try await page(all.last)
            all += next.elements
            guard next.hasMore, !next.elements.isEmpty else { return all }
        }
        throw .refused("the list has more than \(Self.maximumListed) elements, the limit of the gateway")
    }
}
