import Identity
import Kernel
import RPC
import Service
import Threads

/// A context on real sockets: one or several instances on one database, with a clock that the test advances. Its jobs
/// run only when the test calls them.
package final class TestService: Sendable {
    package let clock: ManualClock
    package let keys: KeyFile
    package let instances: [ServiceInstance]
    /// Retained while the service runs.
    private let database: TestDatabase
    private let loops: Loops
    private let clients = Lock<[Client]>([])

    private init(
        _ context: ServiceContext, on database: TestDatabase, instances count: Int, keys: KeyFile, clock: ManualClock,
        tls: TLSServerRules.Mode, arguments: [String], faults: Faults?
    ) throws {
        self.keys = keys
        self.clock = clock
        self.database = database
        let loops = Loops(count: 2)
        self.loops = loops
        instances = try (0..<count).map { _ in
            try ServiceInstance(
                context, on: database.url, keys: keys, clock: clock, loops: loops, network: nil, tls: tls,
                arguments: arguments, faults: faults)
        }
    }

    /// Runs `body` with the context on an empty database, or on the database of an earlier run. Only PostgreSQL
    /// supports several instances. `faults` are those of the database.
    package static func with<Value: Sendable>(
        _ context: ServiceContext, on engine: Engine, database: TestDatabase? = nil, instances: Int = 1,
        keys: KeyFile = .random(), clock: ManualClock = ManualClock(), tls: TLSServerRules.Mode = .optional,
        arguments: [String] = [], faults: Faults? = nil, _ body: (TestService) async throws -> Value
    ) async throws -> Value {
        let service = try await onThread {
            try TestService(
                context, on: try database ?? TestDatabase(on: engine), instances: instances, keys: keys, clock: clock,
                tls: tls, arguments: arguments, faults: faults)
        }
        do {
            for instance in service.instances { try await instance.start() }
            let value = try await body(service)
            await service.stop()
            return value
        } catch {
            await service.stop()
            throw error
        }
    }

    /// Returns a client with its own connection to one instance.
    package func client(of caller: TestCaller?, instance: Int = 0) -> Client {
        client(with: caller?.credential(keys) ?? [], instance: instance)
    }

    package func client(with credential: [UInt8], instance: Int = 0) -> Client {
        client(with: credential, over: TCP(on: loops), instance: instance)
    }

    /// Returns a client that uses TLS with the certificate of a program, or without one.
    package func client(with credential: [UInt8], certificateOf holder: KeyHolder?) throws -> Client {
        let context = try holder.map { try keys.context(.client, of: $0) } ?? keys.context()
        return client(with: credential, over: TLSNetwork(over: TCP(on: loops), client: context))
    }

    private func client(with credential: [UInt8], over network: any Network, instance: Int = 0) -> Client {
        var settings = ClientSettings()
        settings.credential = credential
        let client = Client(to: [instances[instance].address], on: loops, network: network, settings: settings)
        clients.withLock { $0.append(client) }
        return client
    }

    package func run(_ job: String) async throws {
        for instance in instances { try await instance.run(job) }
    }

    private func stop() async {
        for client in clients.withLock({ $0 }) { await client.shutdown() }
        for instance in instances { await instance.stop() }
        loops.stop()
    }
}

extension ID {
    /// The id of this number.
    package static func numbered(_ number: UInt64) -> ID {
        ID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | number)
    }
}
