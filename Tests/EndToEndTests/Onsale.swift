import CommandLine
import Identity
import Journeys
import Kernel
import TestSupport
import Threads

@testable import Gateway

/// The three built services, each with its own database, and the gateway.
final class Onsale: Sendable {
    enum Service: String, CaseIterable {
        case queue = "QueueService"
        case concert = "ConcertService"
        case wallet = "WalletService"
    }

    private struct Running: Sendable {
        let process: ServiceProcess
        let url: String
        let arguments: [String]
        var isKilled = false
    }

    static let password = "correct-horse-battery"

    let folder = TemporaryFolder()
    private let databases: [TestDatabase]
    /// The variables of the services: `NAME=VALUE`.
    private let variables: [String]
    private let running = Lock<[Service: [Running]]>([:])
    private var keys: String { folder.path + "/keys" }

    private init(_ databases: [TestDatabase], _ variables: [String]) {
        self.databases = databases
        self.variables = variables
    }

    /// The number of instances per service. On PostgreSQL two instances share a database.
    static func instances(on engine: Engine) -> Int { engine == .postgreSQL ? 2 : 1 }

    /// Runs `body` while the services run. `variables` are those of the services: `NAME=VALUE`.
    static func with(
        _ engine: Engine, variables: [String] = [], _ body: (Onsale) async throws -> Void
    ) async throws {
        var databases: [TestDatabase] = []
        for _ in Service.allCases { databases.append(try await .make(on: engine)) }
        let system = Onsale(databases, variables)
        try KeyFile.create(at: system.keys)
        do {
            for (service, database) in zip(Service.allCases, databases) {
                for _ in 0..<instances(on: engine) { try await system.start(service, database.url) }
            }
            try await body(system)
        } catch {
            try await system.stop()
            throw error
        }
        try await system.stop()
    }

    private func start(_ service: Service, _ url: String) async throws {
        let arguments =
            service == .wallet
            ? [
                "--queue", list(.queue), "--concert", list(.concert), "--max-top-up", "100000000",
                "--top-up-by", "user",
            ] : []
        let process = try await ServiceProcess.start(
            service.rawValue, at: url, keys: keys, arguments: arguments, variables: variables)
        running.withLock {
            $0[service, default: []].append(Running(process: process, url: url, arguments: arguments))
        }
    }

    private func stop() async throws {
        for service in Service.allCases { try await kill(service) }
    }

    /// The status port of each service.
    var statusAddresses: [Address] { running.withLock { $0.values.flatMap { $0.compactMap(\.process.statusAddress) } } }

    func addresses(of service: Service) -> [Address] {
        running.withLock { $0[service, default: []].map(\.process.address) }
    }

    private func list(_ service: Service) -> String { addresses(of: service).map(\.description).joined(separator: ",") }

    /// The lines that the services have logged.
    var logs: String {
        running.withLock { $0.values.flatMap { $0.flatMap(\.process.log.all) } }.joined(separator: "\n")
    }

    /// Kills all instances of a service, or one of them, with SIGKILL.
    func kill(_ service: Service, instance: Int? = nil) async throws {
        for (index, running) in running.withLock({ $0[service, default: []] }).enumerated()
        where !running.isKilled && instance ?? index == index {
            try await running.process.kill(after: 0)
            self.running.withLock { $0[service]?[index].isKilled = true }
        }
    }

    /// Starts the killed instances again, with their addresses, databases and arguments.
    func restart(_ service: Service) async throws {
        for (index, old) in running.withLock({ $0[service, default: []] }).enumerated() where old.isKilled {
            let process = try await ServiceProcess.start(
                service.rawValue, at: old.url, keys: keys, address: old.process.address, arguments: old.arguments,
                variables: variables)
            running.withLock { $0[service]?[index] = Running(process: process, url: old.url, arguments: old.arguments) }
        }
    }

    /// The environment of a user's shell. Each user has a separate configuration folder.
    func environment(of user: String) -> [String] {
        [
            "PATH=/usr/bin:/bin", "TERM=xterm-256color", "HOME=\(folder.path)", "TZ=UTC",
            "XDG_CONFIG_HOME=\(folder.path)/\(user)", "ONSALE_TIMEOUT=60s", "ONSALE_QUEUE=\(list(.queue))",
            "ONSALE_CONCERT=\(list(.concert))", "ONSALE_WALLET=\(list(.wallet))",
        ]
    }

    /// Signs in a user without a password, because checking a password is slow by design.
    func signIn(_ user: String) throws {
        let expiry = SystemClock().now + .hours(1)
        let credential = Credential(user: .make(at: SystemClock().now), role: .user, expiry: expiry)
        let bytes = Credentials(try KeyFile.read(keys)).sign(credential)
        try ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"]).store(
            StoredCredential(name: user, role: .user, user: credential.user, expiry: expiry, bytes: bytes))
    }

    /// The stored credential of a role.
    func credential(of user: String, _ role: Role) throws -> (path: String, credential: StoredCredential) {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        return (configuration.path(of: role, file: nil), try configuration.required(role, file: nil))
    }

    /// Stores other bytes as the credential of a user.
    func store(_ bytes: [UInt8], like credential: StoredCredential, as user: String) throws {
        try ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"]).store(
            StoredCredential(
                name: user, role: credential.role, user: credential.user, expiry: credential.expiry, bytes: bytes))
    }

    /// Records a reservation as open, as if its request got no answer.
    func markUnanswered(to reservation: String, as user: String) throws {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try configuration.credential(of: .user), let id = ReservationID(reservation) else { return }
        try configuration.update("memory-\(kept.user)") { text in
            var activity = RecentActivity(text)
            guard let concert = activity.reservations.last?.concert else { return }
            activity.add(RecentActivity.Reservation(concert: concert, reservation: id, isOpen: true))
            text = activity.text
        }
    }

    func hasOpenPayment(_ user: String) -> Bool {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try? configuration.credential(of: .user),
            let text = try? configuration.read("memory-\(kept.user)")
        else {
            return false
        }
        return RecentActivity(text).payments.contains { $0.isOpen }
    }

    /// Empties the recent activity, as on another machine with the same sign-in.
    func clearActivity(as user: String) throws {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try configuration.credential(of: .user) else { return }
        try configuration.update("memory-\(kept.user)") { text in text = "" }
    }

    /// Records a payment that was not sent.
    func beginPayment(of reservation: String, as user: String) throws {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try configuration.credential(of: .user), let id = ReservationID(reservation) else { return }
        try configuration.update("memory-\(kept.user)") { text in
            var activity = RecentActivity(text)
            guard let held = activity.reservations.last(where: { $0.reservation == id }) else { return }
            _ = try activity.payment(for: held, orBegin: .make(at: SystemClock().now))
            text = activity.text
        }
    }

    static let program = ChildProcess.path(of: "gateway")

    /// Runs a command of the gateway without a terminal and with `--json`.
    func run(
        _ words: [String], as user: String, input: String = "", variables: [String] = ["ONSALE_PASSWORD=\(password)"]
    ) async throws -> Answer {
        let environment = environment(of: user) + variables
        return try await onThread {
            let line = ["env", "-i"] + environment + [Self.program] + words + ["--json"]
            let shell = "printf %s \"$1\" | (shift; exec \"$@\")"
            let outcome = Command.run(["sh", "-c", shell, "sh", input] + line)
            return Answer(line: words.joined(separator: " "), exit: outcome.status, text: outcome.output)
        }
    }

    /// Runs `gateway` with the arguments of `line`.
    @discardableResult
    func gateway(_ line: String, as user: String) async throws -> Answer {
        try await run(line.split(separator: " ").map(String.init), as: user)
    }

    /// Like `gateway`, but throws unless the exit code is 0.
    @discardableResult
    func expect(
        _ line: String, as user: String, input: String = "", _ variables: [String] = []
    ) async throws -> Answer {
        let words = line.split(separator: " ").map(String.init)
        let answer = try await run(
            words, as: user, input: input, variables: ["ONSALE_PASSWORD=\(Self.password)"] + variables)
        guard answer.exit == 0 else { throw answer }
        return answer
    }

    /// Like `gateway`, but throws unless the exit code is 1 and the message contains `hint`.
    func expectRefusal(_ line: String, as user: String, with hint: String) async throws {
        let answer = try await gateway(line, as: user)
        guard answer.exit == 1, answer.message.contains(hint) else { throw answer }
    }

    private static let maximumQueries = 1000

    /// Repeats a command until its answer meets a condition, because another service acts a little later.
    func until(_ line: String, as user: String, _ condition: (Answer) -> Bool) async throws {
        var last: Answer?
        for _ in 0..<Self.maximumQueries {
            let answer = try await expect(line, as: user)
            if condition(answer) { return }
            last = answer
        }
        if let last { throw last }
    }

    /// Starts a command of the gateway in a terminal.
    func terminal(_ words: [String], as user: String, columns: UInt16 = 80, variables: [String] = []) -> PseudoTerminal
    {
        PseudoTerminal(
            [Self.program] + words, environment: environment(of: user) + variables, columns: columns, rows: 24)
    }
}
