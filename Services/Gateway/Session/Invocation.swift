import CommandLine
import Journeys
import Kernel
import RPC

/// One run of a command: its arguments, its console, and its caller of the services.
struct Invocation: Sendable {
    private static let defaultTimeout = Duration.seconds(10)

    let command: Command
    let arguments: Arguments
    let console: Console
    let configuration: ConfigurationFolder
    let environment: [String: String]
    let clock: any Clock
    /// The zone of `--zone` or `TZ`. An invalid `TZ` is ignored, because the variable also allows other formats.
    let zone: Zone
    let credentials: CredentialSource
    let caller: ServiceCaller

    init(
        _ command: Command, _ arguments: Arguments, on console: Console, environment: [String: String],
        clock: any Clock
    ) throws(GatewayError) {
        self.command = command
        self.arguments = arguments
        self.console = console
        self.environment = environment
        self.clock = clock
        zone = (try? arguments.value(CommonFlags.zone)) ?? .ofMachine
        let configuration = ConfigurationFolder(environment)
        self.configuration = configuration
        let credentials = CredentialSource(
            file: try arguments.value(CommonFlags.credential), configuration: configuration, clock: clock, zone: zone)
        self.credentials = credentials
        let role: Role = command.caller.contains(.user) ? .user : .operator
        caller = ServiceCaller(
            Connections(agent: "gateway") { try arguments.value($0.option) ?? [$0.defaultAddress] },
            isOperator: command.caller == .operator,
            timeout: try arguments.value(CommonFlags.timeout) ?? Self.defaultTimeout, clock: clock,
            records: configuration.records { try credentials.credential(of: role).user },
            requestID: try arguments.value(CommonFlags.requestID),
            credential: { try credentials.credential(of: role).bytes })
    }

    var isJSON: Bool { arguments.isGiven(CommonFlags.json) }

    var style: Style { console.style }

    var questions: Questions {
        Questions(
            console: console, canAsk: console.input.isTerminal && !isJSON, isQuiet: isJSON,
            isConfirmed: arguments.isGiven(CommonFlags.yes))
    }

    var catalogue: Catalogue { Catalogue(caller) }

    /// The credential that the command calls with, in its first role.
    func credential() throws(GatewayError) -> StoredCredential {
        try credentials.credential(of: command.caller.contains(.user) ? .user : .operator)
    }

    /// Prints the result: one line of JSON with `--json`, otherwise text.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        if isJSON { return console.print(json().text) }
        let text = text()
        // A text of several lines has its layout.
        console.print(text.contains("\n") ? text : console.fitted(text))
    }

    /// Prints a list: a line of JSON with `--json`, otherwise a table, or the text `empty` if there are no elements.
    func show<Element>(
        _ elements: [Element], _ json: (Element) -> JSON, empty: String? = nil, _ heading: [(String, Table.Kind)],
        _ row: (Element) -> [String]
    ) {
        show(elements, json, empty: empty) { Table(heading, elements, row) }
    }

    func show<Element>(
        _ elements: [Element], _ json: (Element) -> JSON, empty: String?, _ table: () throws -> Table
    ) rethrows {
        if isJSON { return console.print(JSON.list(elements, json).text) }
        if let empty, elements.isEmpty { return console.print(empty) }
        console.print(try table().text(console))
    }

    /// Prints a remark to standard error, except with `--json`.
    func note(_ text: String) {
        if !isJSON { console.printError(console.fitted(text)) }
    }

    /// A time for people, in `zone`.
    func localTime(_ milliseconds: some BinaryInteger) -> String {
        DisplayTime.text(Timestamp(milliseconds: Int64(clamping: milliseconds)), in: zone)
    }

    /// The time of a flag. Nil if the flag is not given.
    func time(_ flag: Option<TimeInput>) throws(GatewayError) -> Timestamp? {
        try arguments.value(flag)?.timestamp(in: zone, now: clock.now)
    }

    /// Any error as an error of this command.
    func error(_ error: any Error) -> GatewayError {
        switch error {
        case let error as GatewayError: error
        case let failure as CallFailure: self.error(failure)
        case let error as JourneyError: JourneyWords(run: self).error(error)
        default: .refused("\(error)")
        }
    }

    /// The error of a failed call, with flags and local times in its message.
    func error(_ failed: CallFailure) -> GatewayError {
        var failure = failed.failure
        if failure.code == .invalidArgument { failure.message = FieldNames.withFlags(failure.message) }
        if !isJSON { failure.message = DisplayTime.localized(failure.message, in: zone) }
        guard let id = failed.requestID else {
            return GatewayError(failure, of: failed.service, retry: .sameCommand)
        }
        let hasFlag = command.syntax.options.contains { $0.name == CommonFlags.requestID.name }
        return GatewayError(failure, of: failed.service, retry: hasFlag ? .withID(id) : .recorded)
    }
}

extension Service {
    var option: Option<[Address]> {
        Option(
            rawValue, .addresses, "addresses of the \(rawValue) service; \(defaultAddress) if not given",
            variable: "ONSALE_\(rawValue.uppercased())")
    }
}
