import CommandLine
import Glibc
import Identity
import Kernel
import RPC
import TestSupport
import Threads

/// TLS between the programs of a benchmark.
enum ServedTLS: String, CaseIterable, Sendable {
    case required, off

    static let option = Option<ServedTLS?>(
        "tls", .optional(ValueKind<ServedTLS>.choice), default: nil,
        "TLS on every connection, or on none. If not given, the clients of the benchmark use none.")
}

/// A service program in a separate process, on a new database.
final class ServedProgram: Sendable {
    let keys: KeyFile
    private let credentials: Credentials
    let address: Address
    private let process: ChildProcess
    private let folder: TemporaryFolder
    private let keyPath: String
    private let tls: ServedTLS?

    /// Starts the program on `url`, or else on a new SQLite file. It uses the keys and the TLS of `other`, or else new
    /// keys.
    init(
        _ name: String, url: String? = nil, loops: Int = 1, sharing other: ServedProgram? = nil,
        tls: ServedTLS? = nil, arguments: [String] = []
    ) throws {
        folder = TemporaryFolder()
        self.tls = other?.tls ?? tls
        keyPath = other?.keyPath ?? "\(folder.path)/keys"
        let create = OldCredentials.areUsed ? OldCredentials.createKeys : KeyFile.create
        keys = try other?.keys ?? create(keyPath)
        credentials = Credentials(keys)
        // The log has its address.
        process = ChildProcess(
            [
                "sh", "-c", "exec \"$@\" 2>&1", "sh", ChildProcess.path(of: name), "--database",
                url ?? "sqlite://\(folder.path)/service.db", "--keys", keyPath, "--listen", "127.0.0.1:0",
                "--status-listen",
                "127.0.0.1:0", "--loops", "\(loops)",
            ] + (self.tls.map { ["--tls", $0.rawValue] } ?? []) + arguments)
        while let line = process.readLine() {
            guard line.contains("listening"), let word = line.split(separator: "address=").last,
                let address = Address(String(word.prefix { $0 != " " && $0 != "\"" }))
            else { continue }
            self.address = address
            return
        }
        throw BenchmarkError("\(name) did not start. Build it: swift build -c release --product \(name)")
    }

    /// The network of a client of this program.
    func network(on loops: Loops) throws -> any Network {
        try EncryptedNetwork.over(TCP(on: loops), keys: tls == .required ? keyPath : nil)
    }

    var id: pid_t { process.id }

    func figures() throws -> ProcessFigures { try ProcessFigures(of: process.id) }

    func stop() {
        process.kill(SIGKILL)
        while process.readLine() != nil {}
        process.wait()
    }

    func credential(_ user: UserID, _ role: Role) -> [UInt8] {
        if OldCredentials.areUsed { return OldCredentials.sign(user, role, expiry: .distantFuture) }
        let duties: Duties = role == .operator ? .all : []
        return credentials.sign(Credential(user: user, role: role, duties: duties, expiry: .distantFuture))
    }

    /// Options of a call that writes.
    func options(_ user: UserID, _ role: Role, timeout: Duration = .minutes(1)) -> CallOptions {
        CallOptions(
            timeout: timeout, requestID: .make(at: SystemClock().now), credential: credential(user, role))
    }
}
