import CommandLine
import Journeys
import Kernel

/// One run of a command: its arguments, its console, and its caller of the services.
struct Invocation: Sendable {
    private static let defaultTimeout = Duration.seconds(10)

    let command: Command
    private let arguments: Arguments
    let console: Console
    let configuration: ConfigurationFolder
    let environment: [String: String]
    let clock: any Clock
    /// The zone of `--zone`, of the variable TZ, or of this machine. Ignores other formats of the variable.
    let zone: Zone
    let credentials: CredentialSource
    let caller: ServiceCaller

    init(
        _ command: Command, _ arguments: Arguments, on console: Console, environment: [String: String],
        clock: any Clock
    ) {
        self.command = command
        self.arguments = arguments
        self.console = console
        self.environment = environment
        self.clock = clock
        zone = arguments[CommonFlags.zone] ?? environment["TZ"].flatMap(Zone.init(named:)) ?? .ofMachine
        configuration = ConfigurationFolder(environment)
        let connections = Connections(
            agent: "gateway", addresses: { arguments[$0.option] ?? [$0.defaultAddress] },
            network: { addresses, tcp in
                try ServerTrust(arguments, environment: environment).network(to: addresses, over: tcp)
            })
        credentials = CredentialSource(
            configuration: configuration, file: arguments[CommonFlags.credential], connections: connections,
            timeout: arguments[CommonFlags.timeout] ?? Self.defaultTimeout, clock: clock, zone: zone,
            jitter: .random(in: 0...1))
        caller = credentials.caller(
            as: command.role, isOperator: command.caller == .operator, requestID: arguments[CommonFlags.requestID])
    }

    /// Nil if neither the option nor its variable is given.
    subscript<Value>(_ option: Option<Value>) -> Value? { arguments[option] }

    subscript(_ flag: Option<Bool>) -> Bool { arguments[flag] ?? false }

    subscript<Value>(_ operand: Operand<Value>) -> Value { arguments[operand] }

    func required<Value>(_ option: Option<Value>) throws(GatewayError) -> Value {
        if let value = arguments[option] { return value }
        throw .usage("\(option.flag) is missing: \(option.summary)")
    }

    func time(_ flag: Option<TimeInput>) throws(GatewayError) -> Timestamp? {
        try arguments[flag]?.timestamp(in: zone, now: clock.now)
    }

    var isJSON: Bool { self[CommonFlags.json] }

    var style: Style { console.style }

    var questions: Questions {
        Questions(
            console: console, canAsk: console.input.isTerminal && !isJSON, isQuiet: isJSON,
            isConfirmed: self[CommonFlags.yes])
    }

    var catalogue: Catalogue { Catalogue(caller) }

    /// The credential that the command calls with, in its first role.
    func ownCredential() async throws -> StoredCredential { try await credentials.current(command.role) }

    /// Prints the result: one line of JSON with `--json`, otherwise text.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        if isJSON { return console.print(json().text) }
        let text = text()
        // A text of several lines has its layout.
        console.print(text.contains("\n") ? text : console.fitted(text))
    }

    /// Prints a list: a line of JSON with `--json`, otherwise a table. Without elements the table is the text `empty`.
    func show<Element>(
        _ elements: [Element], _ json: (Element) -> JSON, empty: String? = nil, _ heading: [Table.Column],
        _ row: (Element) -> [String]
    ) {
        if let empty, elements.isEmpty, !isJSON { return console.print(empty) }
        show(.list(elements, json), Table(heading, elements, row).text(console))
    }

    /// Prints a remark to standard error, except with `--json`.
    func note(_ text: String) {
        if !isJSON { console.printError(console.fitted(text)) }
    }

    /// A time for people, in `zone`. Empty if there is none.
    func localTime(_ time: Timestamp?) -> String { time.map { zone.text(of: $0) } ?? "" }

    func error(_ error: any Error) -> GatewayError {
        switch error {
        case let error as GatewayError: error
        case let failure as CallFailure: GatewayError(failure.failure, of: failure.service, retry: retry(of: failure))
        case let error as JourneyError: JourneyWords(run: self).error(error)
        default: .refused("\(error)")
        }
    }

    private func retry(of failed: CallFailure) -> GatewayError.Retry {
        guard let id = failed.requestID else { return .sameCommand }
        let hasFlag = command.syntax.options.contains { $0.name == CommonFlags.requestID.name }
        return hasFlag ? .withID(id) : .recorded
    }
}

extension Service {
    var option: Option<[Address]> {
        Option(
            rawValue, .addresses, "addresses of the \(rawValue) service; \(defaultAddress) if not given",
            variable: "ONSALE_\(rawValue.uppercased())")
    }
}
