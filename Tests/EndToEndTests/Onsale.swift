import Identity
import Kernel
import Runtime
import TestSupport
import Threads

@testable import Gateway

/// The three services as they were built, each on a database of its own, and the gateway beside them.
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
    private let running = Lock<[Service: [Running]]>([:])
    private var keys: String { folder.path + "/keys" }

    private init(_ databases: [TestDatabase]) {
        self.databases = databases
    }

    /// On PostgreSQL several instances share a database.
    static func instances(on engine: Engine) -> Int { engine == .postgreSQL ? 2 : 1 }

    /// Runs `body` beside the services.
    static func with(_ engine: Engine, _ body: (Onsale) async throws -> Void) async throws {
        var databases: [TestDatabase] = []
        for _ in Service.allCases { databases.append(try await .make(on: engine)) }
        let system = Onsale(databases)
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
            ? ["--queue", addresses(of: .queue), "--concert", addresses(of: .concert), "--max-top-up", "100000000"] : []
        let process = try await ServiceProcess.start(service.rawValue, at: url, keys: keys, arguments: arguments)
        running.withLock {
            $0[service, default: []].append(Running(process: process, url: url, arguments: arguments))
        }
    }

    private func stop() async throws {
        for service in Service.allCases { try await kill(service) }
    }

    private func addresses(of service: Service) -> String {
        running.withLock { $0[service, default: []].map { "\($0.process.address)" } }.joined(separator: ",")
    }

    /// kill -9, of all its instances or of one.
    func kill(_ service: Service, instance: Int? = nil) async throws {
        for (index, running) in running.withLock({ $0[service, default: []] }).enumerated()
        where !running.isKilled && instance ?? index == index {
            try await running.process.kill(after: 0)
            self.running.withLock { $0[service]?[index].isKilled = true }
        }
    }

    /// What was killed, where it was, with what it had.
    func startAgain(_ service: Service) async throws {
        for (index, old) in running.withLock({ $0[service, default: []] }).enumerated() where old.isKilled {
            let process = try await ServiceProcess.start(
                service.rawValue, at: old.url, keys: keys, address: old.process.address, arguments: old.arguments)
            running.withLock { $0[service]?[index] = Running(process: process, url: old.url, arguments: old.arguments) }
        }
    }

    // MARK: The gateway

    /// What a user's shell has; each user has a configuration folder of his own.
    func environment(of user: String) -> [String] {
        [
            "PATH=/usr/bin:/bin", "TERM=xterm-256color", "HOME=\(folder.path)", "TZ=UTC",
            "XDG_CONFIG_HOME=\(folder.path)/\(user)", "ONSALE_TIMEOUT=60s", "ONSALE_QUEUE=\(addresses(of: .queue))",
            "ONSALE_CONCERT=\(addresses(of: .concert))", "ONSALE_WALLET=\(addresses(of: .wallet))",
        ]
    }

    /// Signs in without a password, whose check is meant to take long.
    func signIn(_ user: String) throws {
        let expiry = SystemClock().now + .hours(1)
        let credential = Credential(user: .make(at: SystemClock().now), role: .user, expiry: expiry)
        let bytes = Credentials(try KeyFile.read(keys)).sign(credential)
        try Home(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"]).keep(
            KeptCredential(name: user, role: .user, user: credential.user, expiry: expiry, bytes: bytes))
    }

    /// Leaves on the disk of a user what is there before a reservation is answered.
    func forgetAnswer(to reservation: String, as user: String) throws {
        let home = Home(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try home.credential(of: .user), let id = ReservationID(reservation) else { return }
        try home.update("memory-\(kept.user)") { text throws(GatewayError) in
            var memory = Memory(text)
            guard let concert = memory.reservations.last?.concert else { return }
            memory.remember(Memory.Reservation(concert: concert, reservation: id, isOpen: true))
            text = memory.text
        }
    }

    func hasOpenPayment(_ user: String) -> Bool {
        let home = Home(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try? home.credential(of: .user), let text = try? home.read("memory-\(kept.user)") else {
            return false
        }
        return Memory(text).payments.contains { $0.isOpen }
    }

    /// As on another machine of the user's, with the same sign-in.
    func forgetEverything(as user: String) throws {
        let home = Home(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try home.credential(of: .user) else { return }
        try home.update("memory-\(kept.user)") { text throws(GatewayError) in text = "" }
    }

    /// Leaves on the disk of a user what is there of a payment that was not sent any more.
    func beginPayment(of reservation: String, as user: String) throws {
        let home = Home(["XDG_CONFIG_HOME": "\(folder.path)/\(user)"])
        guard let kept = try home.credential(of: .user), let id = ReservationID(reservation) else { return }
        try home.update("memory-\(kept.user)") { text throws(GatewayError) in
            var memory = Memory(text)
            guard let held = memory.reservations.last(where: { $0.reservation == id }) else { return }
            _ = try memory.payment(for: held, orBegin: .make(at: SystemClock().now))
            text = memory.text
        }
    }

    static let program = ChildProcess.path(of: "gateway")

    /// Runs a command of the gateway where no terminal is, with an answer in JSON.
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

    /// `line` is what is typed after `gateway`.
    @discardableResult
    func gateway(_ line: String, as user: String) async throws -> Answer {
        try await run(line.split(separator: " ").map(String.init), as: user)
    }

    /// As `gateway`, where nothing but success will do.
    @discardableResult
    func expect(_ line: String, as user: String) async throws -> Answer {
        let answer = try await gateway(line, as: user)
        guard answer.exit == 0 else { throw answer }
        return answer
    }

    /// As `gateway`, where it must be refused with such a message.
    func refuse(_ line: String, as user: String, with advice: String) async throws {
        let answer = try await gateway(line, as: user)
        guard answer.exit == 1, answer.message.contains(advice) else { throw answer }
    }

    /// What another service does a little later is looked for so often, and no more.
    private static let mostLooks = 1000

    func until(_ line: String, as user: String, _ isSo: (Answer) -> Bool) async throws {
        var last: Answer?
        for _ in 0..<Self.mostLooks {
            let answer = try await expect(line, as: user)
            if isSo(answer) { return }
            last = answer
        }
        if let last { throw last }
    }

    func window(_ words: [String], as user: String, columns: UInt16 = 80, variables: [String] = []) -> PseudoTerminal {
        PseudoTerminal(
            [Self.program] + words, environment: environment(of: user) + variables, columns: columns)
    }
}
