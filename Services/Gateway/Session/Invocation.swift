import CommandLine
import ConcertAPI
import Display
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
    private let notes = ListNotes()

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
        let trace: ServiceCaller.Trace = { console.printError($0.text) }
        caller = credentials.caller(
            as: command.role, isOperator: command.caller == .operator, requestID: arguments[CommonFlags.requestID],
            trace: arguments[CommonFlags.verbose] ?? false ? trace : nil)
    }

    /// Nil if neither the option nor its variable is given.
    subscript<Value>(_ option: Option<Value>) -> Value? { arguments[option] }

    subscript(_ flag: Option<Bool>) -> Bool { arguments[flag] ?? false }

    subscript<Value>(_ operand: Operand<Value>) -> Value { arguments[operand] }

    func required<Value>(_ option: Option<Value>) throws(GatewayError) -> Value {
        if let value = arguments[option] { return value }
        throw .usage("\(option.flag) is missing: \(option.summary)")
    }

    /// Throws if none of the options is given.
    func requireChange(_ options: [any AnyOption], such example: String) throws(GatewayError) {
        guard !options.contains(where: { arguments.contains($0) }) else { return }
        throw .usage("there is nothing to change. Pass a setting, such as \(example)")
    }

    /// `concert` gives the zone of its venue to a time without one.
    func time(_ flag: Option<TimeInput>, of concert: Concert? = nil) throws(GatewayError) -> Timestamp? {
        try arguments[flag]?.timestamp(in: zone(of: concert), now: clock.now)
    }

    /// The zone of `--zone`, or else of the concert's venue, or else of the user.
    func zone(of concert: Concert?) -> Zone {
        if arguments[CommonFlags.zone] != nil { return zone }
        return concert.flatMap { Zone(named: $0.zone) } ?? zone
    }

    var format: OutputFormat { self[CommonFlags.output] ?? (self[CommonFlags.json] ? .json : .table) }

    var isJSON: Bool { format == .json || format == .jsonl }

    var isWatching: Bool {
        command.syntax.options.contains { $0.name == CommonFlags.watch.name } && self[CommonFlags.watch]
    }

    /// Refuses forms of the result that exclude each other, and those that the command does not have.
    func checkFormat() throws(GatewayError) {
        if self[CommonFlags.json], let output = self[CommonFlags.output], output != .json {
            throw .usage(
                "\(CommonFlags.json.flag) and \(CommonFlags.output.flag) \(output) exclude each other. Pass one of them"
            )
        }
        guard format == .csv, !command.hasCSV else { return }
        throw .usage("gateway \(command.name) prints no list, so it has no CSV. Use \(CommonFlags.output.flag) json")
    }

    /// Throws if the list of the command has no such column.
    func checkList() throws(GatewayError) {
        if let problem = notes.problem { throw problem }
    }

    var style: Style { console.style }

    var questions: Questions {
        Questions(
            console: console, canAsk: console.input.isTerminal && format == .table, isQuiet: isJSON,
            isConfirmed: self[CommonFlags.yes])
    }

    var catalogue: Catalogue { Catalogue(caller) }

    /// The credential that the command calls with, in its first role.
    func ownCredential() async throws -> StoredCredential { try await credentials.current(command.role) }

    /// Prints the result: one line of JSON with `--json`, otherwise text.
    func show(_ json: @autoclosure () -> JSON, _ text: @autoclosure () -> String) {
        if isJSON { return console.print(json().text) }
        console.print(console.fitted(text()))
    }

    /// Prints a list: a line of JSON with `--json`, otherwise a table. Without elements the table is the text `empty`.
    func show<Element>(
        _ elements: [Element], _ json: (Element) -> JSON, empty: String? = nil, _ heading: [Table.Column],
        _ row: (Element) -> [String]
    ) {
        if let empty, elements.isEmpty, format == .table { return console.print(console.fitted(empty)) }
        let rows = elements.map { row($0).map(\.printable) }
        let titles = heading.map(\.title)
        do throws(GatewayError) {
            let listing = try Listing(arguments)
            let columns = try listing.columns(of: titles)
            let order = try listing.rows(rows, titles: titles, times: notes.times)
            switch format {
            case .json: console.print(JSON.list(order.map { elements[$0] }, json).text)
            case .jsonl: console.print(order.map { json(elements[$0]).text + "\n" }.joined())
            case .csv:
                let names = titles.map { $0.lowercased().replacing(" ", with: "-") }
                let lines = (listing.hasHeaders ? [names] : []) + order.map { rows[$0].map(plain) }
                console.print(lines.map { line in CSV.record(columns.map { line[$0] }) + "\n" }.joined())
            case .table:
                let table = Table(columns.map { heading[$0] }, order) { number in columns.map { rows[number][$0] } }
                console.page(table.text(console, hasHeading: listing.hasHeaders), isPaged: !isWatching)
            }
        } catch {
            notes.fail(error)
        }
    }

    /// The text of a cell for programs: times in UTC, as in JSON.
    private func plain(_ cell: String) -> String { notes.times[cell].map { "\($0)" } ?? cell }

    /// Prints a remark to standard error, except with `--json` and `--quiet`.
    func note(_ text: String) {
        if !isJSON, !self[CommonFlags.quiet] { console.printError(console.fitted(text)) }
    }

    /// A time for people, in the zone of the concert's venue or of the user. Empty if there is none.
    func localTime(_ time: Timestamp?, of concert: Concert? = nil) -> String {
        guard let time else { return "" }
        let text = zone(of: concert).text(of: time)
        notes.add(time, as: text)
        return text
    }

    /// As `localTime`, in a format of strftime.
    func localTime(_ time: Timestamp?, _ format: String) -> String { time.map { zone.text(of: $0, format) } ?? "" }

    /// Times in the text of a service are in the zone of the concert's venue or of the user.
    func error(_ error: any Error, of concert: Concert? = nil) -> GatewayError {
        switch error {
        case let error as GatewayError: error
        case let failure as CallFailure: self.error(failure, in: zone(of: concert))
        case let error as JourneyError: JourneyWords(run: self).error(error)
        default: .refused("\(error)")
        }
    }

    /// Buyers see the cause of a failure with --verbose only.
    private func error(_ failure: CallFailure, in zone: Zone) -> GatewayError {
        var error = GatewayError(
            failure.failure, of: failure.service, by: command.syntax, retry: retry(of: failure))
        if !isJSON { error = error.withTimes(in: zone) }
        let isForBuyers = command.caller == .user && !self[CommonFlags.verbose]
        return isForBuyers ? error.forBuyers(of: failure.service) : error
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
