import CommandLine
import Encoding
import Identity
import Journeys
import Kernel
import RPC
import WalletAPI

/// Shows and checks the log of what operators did.
enum ActionCommands {
    private static let who = Option(
        "who", .text("NAME"), "only actions of this operator: a name, or the id of a user or its end")
    private static let call = Option("call", .text("METHOD"), "only calls of this method, such as OpenRoom")
    private static let since = Option("since", .time, "only actions from this time on")
    private static let until = Option("until", .time, "only actions before this time")
    private static let service = Option("service", ValueKind<Service>.choice, "only actions of this service")
    private static let follow = Option("follow", .flag, "continue with new actions until Ctrl-C")
    private static let verify = Option("verify", .flag, "check the whole log instead of showing it")
    /// The services chain new actions twice a second.
    private static let pollInterval = Duration.seconds(1)

    static let log = Command(
        "admin log", "Shows what operators did, in all services, the oldest first.",
        details: """
            Shows the time, the service, the call, the operator and the request without its secrets. BREAK-GLASS marks a
            credential that was made with the key file. In a terminal the request stands below the rest. With -o table or
            --json, and without a terminal, each action is one line. --verify computes the chain of each log again. It exits with 1 and names the first wrong action if an action was changed, dropped
            or moved. Keep the printed ends elsewhere: if a log no longer has one of them, the whole log was replaced.
            """,
        calls: Service.allCases, caller: .operator, flags: [who, call, since, until, service, follow, verify],
        examples: ["", "--who alice --since '2h ago'", "--call OpenRoom --service queue --json", "--verify"],
        run: { run in
            if run[verify] { try await check(run) } else { try await show(run) }
        })

    private static func services(_ run: Invocation) -> [Service] { run[service].map { [$0] } ?? Service.allCases }

    // MARK: Showing

    private static func show(_ run: Invocation) async throws {
        let names = try await names(run)
        let filter = try filter(run, names)
        // The services know whole ids only.
        let suffix = filter.user == nil ? run[who].map { IDSuffix($0) } : nil
        var reader = ActionReader(run.caller, services(run), filter)
        repeat {
            while let (service, action) = try await reader.next() {
                if let suffix, !suffix.matches(action.userID) { continue }
                run.console.print(text(action, of: service, names[action.userID], run))
            }
            if run[follow] { try await run.clock.sleep(for: pollInterval) }
        } while run[follow]
    }

    /// The names of operators. Empty if the wallet service is away: then ids stand in place of names.
    private static func names(_ run: Invocation) async throws -> [UserID: OperatorLogin] {
        do {
            let operators = try await People(run.caller).operators()
            return Dictionary(operators.map { ($0.userID, $0) }) { first, _ in first }
        } catch let failure as CallFailure where failure.failure.code == .unavailable && run[who] == nil {
            return [:]
        }
    }

    private static func filter(_ run: Invocation, _ names: [UserID: OperatorLogin]) throws -> ActionReader.Filter {
        let (from, end) = (try run.time(since), try run.time(until))
        if let from, let end, from >= end { throw GatewayError.usage("--until must be later than --since") }
        let user = try run[who].flatMap { text in
            if let id = UserID(text) ?? names.first(where: { $0.value.name == text })?.key { return id }
            let nearest = text.nearest(among: names.values.map(\.name))
            if nearest == nil, IDSuffix.canBe(text) { return nil }
            throw GatewayError(
                .refused, "--who: no operator is called \(text)",
                hint: nearest.map { "Did you mean \($0)?" } ?? "See: gateway admin operator list")
        }
        return ActionReader.Filter(
            user: user, method: try run[call].map { try Methods.find($0).name } ?? "", since: from, until: end)
    }

    private static func text(
        _ action: OperatorAction, of service: Service, _ login: OperatorLogin?, _ run: Invocation
    ) -> String {
        if run.isJSON { return json(action, of: service, login).text }
        let time = run.localTime(action.at, "%Y-%m-%d %H:%M:%S %Z")
        let text = ActionText(action, of: service, at: time, by: login?.name)
        let isOnScreen = run.console.isTerminal && run[CommonFlags.output] == nil
        return isOnScreen ? text.paragraph(run.console.columns, run.style) : text.line
    }

    private static func json(_ action: OperatorAction, of service: Service, _ login: OperatorLogin?) -> JSON {
        .object([
            "service": .string(service.rawValue), "serial": .count(action.serial), "at": .time(action.at),
            "userId": .id(action.userID), "name": login.map { .string($0.name) },
            "displayName": login.flatMap { .text($0.displayName) }, "sessionId": .id(action.sessionID),
            "isBreakGlass": .bool(action.sessionID == nil),
            "duties": .list(Duties(fields: action.duties).each) { .string("\($0)") },
            "call": .string(action.method), "requestId": .id(action.requestID),
            "request": action.hasRequest ? .string(action.request) : nil, "isDeleted": .bool(!action.hasRequest),
            "hash": .string(Hexadecimal.text(of: action.hash)),
        ])
    }

    // MARK: Checking

    private static func check(_ run: Invocation) async throws {
        let others = [who, call].contains { run[$0] != nil } || [since, until].contains { run[$0] != nil }
        if others || run[follow] {
            throw GatewayError.usage("--verify checks whole logs: only --service can select one of them")
        }
        var audits: [(service: Service, audit: ActionAudit)] = []
        for service in services(run) {
            let audit = try await ActionAudit { try await run.caller.call(ActionsMethods.listActions, $0, at: service) }
            audits.append((service, audit))
        }
        run.show(audits, { json($0.service, $0.audit) }, ["SERVICE", .right("ACTIONS"), .right("DELETED"), "END"]) {
            service, audit in
            [
                service.rawValue, "\(audit.chain.serial)", "\(audit.deletedRequestCount)",
                audit.violation == nil ? audit.endText : "WRONG",
            ]
        }
        let violations = audits.compactMap { service, audit in
            audit.violation.map { "\(service.rawValue): \($0)" }
        }
        guard violations.isEmpty else {
            throw GatewayError(
                .refused, "the log of actions is wrong: \(violations.joined(separator: "; "))",
                hint: "Keep a copy of the databases, and see “What operators did” in deploy/README.md")
        }
        run.note("The logs are right: no action was changed, dropped or moved.")
    }

    private static func json(_ service: Service, _ audit: ActionAudit) -> JSON {
        .object([
            "service": .string(service.rawValue), "actions": .count(audit.chain.serial),
            "deletedRequests": .count(audit.deletedRequestCount), "end": .string(audit.endText),
            "violation": audit.violation.map { .string($0) },
        ])
    }
}

extension ActionAudit {
    fileprivate var endText: String { Hexadecimal.text(of: chain.hash.bytes) }
}
