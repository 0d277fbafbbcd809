import Identity
import Journeys
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// `gateway admin log` with services that answer what a test says.
struct ActionCommandsTests {
    private static let olivia = UserID(high: 7, low: 1)

    /// A log of calls, one each minute from noon on. Every second credential was made with a key file.
    private static func log(_ methods: String...) -> [OperatorAction] {
        var chain = ActionChain()
        return methods.enumerated().map { index, method in
            let (text, salt) = ("{\"name\":\"\(index)\"}", [UInt8(1)])
            let record = ActionRecord(
                at: .noon + .minutes(index), user: olivia, session: index % 2 == 0 ? .numbered(3) : nil, duties: .sales,
                method: "onsale.queue.v1.Queue/\(method)", requestID: .numbered(UInt64(index)),
                requestHash: ActionRecord.hash(ofRequest: text, salt: salt))
            chain.append(record)
            return OperatorAction(
                serial: UInt64(chain.serial), at: record.at, userID: record.user, sessionID: record.session,
                duties: record.duties.fields, method: record.method, requestID: record.requestID, request: text,
                salt: salt, requestHash: record.requestHash.bytes, hash: chain.hash.bytes)
        }
    }

    private static let names = Route(WalletMethods.listOperators) { _, _ in
        ListOperatorsReply(operators: [
            OperatorLogin(userID: olivia, name: "olivia", duties: [.sales], changedAt: .noon)
        ])
    }

    /// Pages of two actions.
    private static func pages(of log: [OperatorAction]) -> Route {
        Route(ActionsMethods.listActions) { request, _ in
            let rest = log.filter { $0.serial > request.afterSerial }
            return ListActionsReply(
                actions: Array(rest.prefix(2)), hasMore: rest.count > 2, lastSerial: log.last?.serial ?? 0,
                lastHash: log.last?.hash ?? [])
        }
    }

    private func gateway(_ line: String, _ actions: Route, wallet: [Route] = [names]) async throws -> CommandResult {
        var result: CommandResult?
        try await StubServices.with(wallet: wallet, actions: [actions]) { services in
            result = try await services.gatewayWithoutPauses(line)
        }
        return try #require(result)
    }

    @Test func `each action is a line with time, service, call, operator and request`() async throws {
        let log = Self.log("CreateRoom", "OpenRoom", "PauseRoom")
        let result = try await gateway("admin log --service queue", Self.pages(of: log))
        #expect(result.exit == .done)
        #expect(result.output.split(separator: "  queue  ").count == 4)
        #expect(result.output.contains("  queue  CreateRoom  olivia  {\"name\":\"0\"}"))
        #expect(result.output.contains("  queue  OpenRoom  BREAK-GLASS olivia  {\"name\":\"1\"}"))
    }

    @Test func `in a terminal the request stands below the rest, and no line is wider than 80 columns`() throws {
        var action = try #require(Self.log("CreateRoom", "OpenRoom").last)
        let limits = #"{"activeLimit":300,"ratePerSecond":20,"readyMs":60000,"idleMs":60000}"#
        action.request = #"{"name":"a, b: c","limits":\#(limits)}"#
        let text = ActionText(action, of: .queue, at: "2026-11-20 12:01:00 CET", by: "olivia")
        #expect(
            text.paragraph(80, .plain) == """
                2026-11-20 12:01:00 CET  queue  OpenRoom  BREAK-GLASS olivia
                    {"name": "a, b: c", "limits": {"activeLimit": 300, "ratePerSecond": 20,
                    "readyMs": 60000, "idleMs": 60000}}
                """)
        let byID = ActionText(action, of: .concert, at: "2026-11-20 12:01:00 CET", by: nil).paragraph(80, .plain)
        #expect(byID.hasPrefix("2026-11-20 12:01:00 CET  concert  OpenRoom  BREAK-GLASS 00000001\n"), "\(byID)")
    }

    @Test func `the logs of all services are one list`() async throws {
        let result = try await gateway(
            "admin log --json", Self.pages(of: Self.log("CreateRoom", "OpenRoom", "PauseRoom")))
        let lines = result.output.split(separator: "{\"service\":")
        #expect(lines.count == 9)
        for (index, method) in ["CreateRoom", "OpenRoom", "PauseRoom"].enumerated() {
            let three = lines[3 * index..<3 * index + 3]
            #expect(three.allSatisfy { $0.contains("Queue/\(method)\"") })
            #expect(
                ["queue", "concert", "wallet"].allSatisfy { name in three.contains { $0.contains("\"\(name)\"") } })
        }
        #expect(lines[0].contains("\"isBreakGlass\":false") && lines[3].contains("\"isBreakGlass\":true"))
    }

    @Test func `ids stand for names while the wallet service is away, and a deleted request is marked`() async throws {
        let away = Route(WalletMethods.listOperators) { _, _ in throw RPCFailure(CallReason.databaseUnavailable) }
        var log = Self.log("OpenRoom")
        (log[0].request, log[0].salt) = ("", [])
        let result = try await gateway("admin log --service queue", Self.pages(of: log), wallet: [away])
        #expect(result.output.contains("\(Self.olivia)  (deleted)"))
    }

    @Test func `the filters reach the services`() async throws {
        let requests = Mutex<[ListActionsRequest]>([])
        let route = Route(ActionsMethods.listActions) { request, _ in
            requests.withLock { $0.append(request) }
            return ListActionsReply()
        }
        let line = "admin log --service queue --who olivia --call OpenRoom --since 2026-11-20 --until now"
        #expect(try await gateway(line, route).exit == .done)
        let request = try #require(requests.withLock { $0.first })
        #expect(request.userID == Self.olivia && request.method == QueueMethods.openRoom.name)
        #expect(request.until == .noon && request.since == .noon - .hours(12))
    }

    @Test(arguments: [("0000-0001", 3), ("ffffffff", 0)])
    func `--who accepts the end of an id, which a terminal shows`(end: String, count: Int) async throws {
        let log = Self.log("CreateRoom", "OpenRoom", "PauseRoom")
        let result = try await gateway("admin log --service queue --who \(end)", Self.pages(of: log))
        #expect(result.exit == .done)
        #expect(result.output.ranges(of: "  queue  ").count == count)
    }

    @Test(arguments: [
        ("--who olivai", GatewayExit.refused, "--who: no operator is called olivai. Did you mean olivia?"),
        ("--call OpenRom", .usage, "Did you mean OpenRoom?"),
        ("--since now --until 2026-11-20", .usage, "--until must be later than --since"),
        ("--verify --who olivia", .usage, "--verify checks whole logs: only --service can select one of them"),
        ("--verify --follow", .usage, "--verify checks whole logs"),
        ("--service line", .usage, "one of queue, concert, wallet"),
    ])
    func `a wrong filter is refused`(flags: String, exit: GatewayExit, message: String) async throws {
        let result = try await gateway("admin log \(flags)", Self.pages(of: []))
        #expect(result.exit == exit)
        #expect(result.errorOutput.contains(message), "\(result.errorOutput)")
    }

    @Test func `following prints each new action once, until a call fails`() async throws {
        let log = Self.log("CreateRoom", "OpenRoom", "PauseRoom")
        let polls = Mutex(0)
        let route = Route(ActionsMethods.listActions) { request, _ in
            let poll = polls.withLock { polls in
                polls += 1
                return polls
            }
            guard poll <= log.count else { throw RPCFailure(CallReason.databaseUnavailable) }
            let known = log.prefix(poll)
            return ListActionsReply(
                actions: known.filter { $0.serial > request.afterSerial }, lastSerial: UInt64(poll))
        }
        let result = try await gateway("admin log --service queue --follow", route)
        #expect(result.exit == .unavailable)
        #expect(result.output.split(separator: "  queue  ").count == 4)
    }

    @Test func `a whole log is verified, and its end is printed`() async throws {
        let log = Self.log("CreateRoom", "OpenRoom", "PauseRoom")
        let result = try await gateway("admin log --verify --service queue --json", Self.pages(of: log))
        #expect(result.exit == .done)
        let end = log[2].hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(result.output.contains("\"actions\":3") && result.output.contains("\"end\":\"\(end)\""))
    }

    @Test func `a wrong log is named with its first wrong action`() async throws {
        var log = Self.log("CreateRoom", "OpenRoom", "PauseRoom")
        log[1].method = "onsale.queue.v1.Queue/CloseRoom"
        let result = try await gateway("admin log --verify", Self.pages(of: log))
        #expect(result.exit == .refused)
        #expect(result.errorOutput.contains("queue: action 2 does not match its hash: it was changed or replaced"))
        #expect(result.errorOutput.contains("What operators did"))
    }
}
