import CommandLine
import Kernel
import RPC
import TestSupport

/// `Benchmarks memory`: the server's memory with idle connections, and after many calls.
enum MemoryBenchmark {
    private static let connections = Option(
        "connections", .integer(in: 1...19_000), default: 10_000, "Idle connections, each used once.")
    private static let calls = Option(
        "calls", .integer(in: 1...1_000_000_000), default: 10_000_000,
        "Calls before the memory is measured; it is also measured after a tenth of them.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "memory", "the server's memory: with idle connections, and after many calls",
        [connections, calls, EncryptedNetwork.keys, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        var report = Report(
            "memory", ["connections": "\(configuration[connections])", "calls": "\(configuration[calls])"])
        let (loops, keys) = (Loops(count: 1), configuration[EncryptedNetwork.keys])
        let network = try EncryptedNetwork.over(TCP(on: loops), keys: keys)
        try await withServer(keys) { server in
            report.add("server at start", try server.mebibytes(), "MiB")
            let clients = (0..<configuration[connections]).map { _ in
                Client(to: [server.address], on: loops, network: network)
            }
            for client in clients { _ = try await client.call(EchoMethods.echo, EchoRequest(payload: [1])) }
            report.add("server with idle connections", try server.mebibytes(), "MiB")
            for client in clients { await client.shutdown() }
        }
        try await withServer(keys) { server in
            let load = try Load(
                to: server.address, on: loops, connections: 1, inFlight: 64, payload: 16, rate: 0, keys: keys)
            var made = 0
            for (name, goal) in [
                ("a tenth of the calls", configuration[calls] / 10), ("all calls", configuration[calls]),
            ] {
                while made < goal { made += Int(try await load.run(for: .milliseconds(500)).latency.count) }
                report.add("calls made by then", Double(made))
                report.add("server after \(name)", try server.mebibytes(), "MiB")
            }
            await load.end()
        }
        loops.stop()
        report.show(asJSON: configuration[json])
    }

    private static func withServer(
        _ keys: String?, _ body: (ServerProcess) async throws -> Void
    ) async throws {
        let server = try ServerProcess(loops: 1, keys: keys)
        defer { server.stop() }
        try await body(server)
    }
}

extension ServerProcess {
    func mebibytes() throws -> Double {
        Double(try figures().residentBytes) / 1_048_576
    }
}
