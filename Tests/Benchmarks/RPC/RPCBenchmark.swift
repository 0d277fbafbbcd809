import CommandLine
import Glibc
import Kernel
import RPC

/// `Benchmarks rpc`: unary calls, at the maximum rate or at a given rate.
enum RPCBenchmark {
    private static let connections = Option(
        "connections", .integer(in: 1...10_000), default: 1, "Connections to the server.")
    private static let inFlight = Option(
        "in-flight", .integer(in: 1...1024), default: 64, "Calls in flight on each connection.")
    private static let payload = Option(
        "payload", .integer(in: 0...200_000), default: 16, "Bytes in each request and each reply.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(5),
        "The length of the measurement.")
    private static let warmUp = Option(
        "warm-up", .duration(in: .zero...(.minutes(1))), default: .seconds(1), "The length of the warm-up before it.")
    private static let rate = Option(
        "rate", .integer(in: 0...10_000_000), default: 0,
        "Calls a second, at fixed times, independent of the server; latency counts from those times. "
            + "0: each caller calls again as soon as it has its reply.")
    private static let loops = Option("loops", .integer(in: 1...64), default: 1, "Event loops of the client.")
    private static let serverLoops = Option(
        "server-loops", .integer(in: 1...64), default: 1, "Event loops of the started server.")
    private static let server = Option(
        "server", .optional(.address), default: nil, "A running server to use instead of starting one.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "rpc", "unary calls: rate, latency and processor time",
        [
            connections, inFlight, payload, duration, warmUp, rate, loops, serverLoops, server, EncryptedNetwork.keys,
            json,
        ]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let keys = configuration[EncryptedNetwork.keys]
        let server =
            configuration[server] == nil ? try ServerProcess(loops: configuration[serverLoops], keys: keys) : nil
        defer { server?.stop() }
        let loops = Loops(count: configuration[loops])
        let load = try Load(
            to: configuration[Self.server] ?? server!.address, on: loops, connections: configuration[connections],
            inFlight: configuration[inFlight], payload: configuration[payload], rate: configuration[rate], keys: keys)
        try await load.run(for: configuration[warmUp])
        let before = (own: try ProcessFigures(of: getpid()), server: try server?.figures())
        let time = try ProcessorTime(of: server.map { [$0.id] } ?? [])
        let result = try await load.run(for: configuration[duration])
        let perOperation = try time.perOperation(result.latency.count)
        let after = (own: try ProcessFigures(of: getpid()), server: try server?.figures())
        await load.end()
        loops.stop()

        var report = Report(
            "rpc",
            [
                "connections": "\(configuration[connections])", "in flight": "\(configuration[inFlight])",
                "payload": "\(configuration[payload])", "duration": configuration[duration].optionText,
                "encryption": keys == nil ? "none" : "TLS 1.3",
                "rate": configuration[rate] == 0 ? "unlimited" : "\(configuration[rate])",
            ])
        report.add("calls", Double(result.latency.count))
        report.add("calls per second", Double(result.latency.count) / result.seconds)
        report.add(latency: result.latency)
        let perCall = 1_000_000 / Double(max(1, result.latency.count))
        report.add("client cpu per call", (after.own.cpuTime - before.own.cpuTime) / .seconds(1) * perCall, "us")
        if let before = before.server, let after = after.server {
            report.add("server cpu per call", (after.cpuTime - before.cpuTime) / .seconds(1) * perCall, "us")
            report.add("server memory", Double(after.residentBytes) / 1_048_576, "MiB")
        }
        report.add("cpu per operation", perOperation, "us")
        report.show(asJSON: configuration[json])
    }
}
