import CommandLine
import Kernel
import RPC
import TestSupport
import Threads

/// `Benchmarks streams`: items a second on one stream and on many, and the memory of an idle stream.
enum StreamsBenchmark {
    private static let streams = Option(
        "streams", .integer(in: 1...200_000), default: 20_000, "The number of streams, for many streams.")
    private static let connections = Option(
        "connections", .integer(in: 1...10_000), default: 200, "Connections shared by the many streams.")
    private static let duration = Option(
        "duration", .duration(in: .milliseconds(100)...(.minutes(60))), default: .seconds(5),
        "The length of the measurement.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    static let benchmark = Benchmark(
        "streams", "items per second on one stream and on many, and the memory of an idle one",
        [streams, connections, duration, json]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let loops = Loops(count: 1)
        var report = Report(
            "streams",
            [
                "streams": "\(configuration[streams])", "connections": "\(configuration[connections])",
                "duration": configuration[duration].optionText,
            ])
        let one = try await itemsPerSecond(streams: 1, connections: 1, for: configuration[duration], on: loops)
        report.add("items per second on one stream", one.rate)
        report.add("cpu per item on one stream", one.perItem, "us")
        let many = try await itemsPerSecond(
            streams: configuration[streams], connections: configuration[connections], for: configuration[duration],
            on: loops)
        report.add("items per second on all streams", many.rate)
        report.add("cpu per item on all streams", many.perItem, "us")
        let idle = try await idleBytes(
            streams: configuration[streams], connections: configuration[connections], on: loops)
        report.add("server memory of an idle stream", idle, "bytes")
        loops.stop()
        report.show(asJSON: configuration[json])
    }

    private static func itemsPerSecond(
        streams: Int, connections: Int, for duration: Duration, on loops: Loops
    ) async throws -> (rate: Double, perItem: Double) {
        let server = try ServerProcess(loops: 1)
        defer { server.stop() }
        let clients = (0..<connections).map { _ in Client(to: [server.address], on: loops) }
        let readers = StreamReaders(on: loops.all[0])
        for index in 0..<streams { readers.start(clients[index % connections], limit: .max) }
        try await readers.wait(forFirstItems: streams)
        let time = try ProcessorTime(of: [server.id])
        let began = Monotonic.now
        let before = await readers.itemCount
        try await SystemClock().sleep(for: duration)
        let after = await readers.itemCount
        let seconds = (Monotonic.now - began) / .seconds(1)
        let perItem = try time.perOperation(UInt64(after - before))
        await readers.end()
        for client in clients { await client.shutdown() }
        return (Double(after - before) / seconds, perItem)
    }

    private static func idleBytes(streams: Int, connections: Int, on loops: Loops) async throws -> Double {
        let server = try ServerProcess(loops: 1)
        defer { server.stop() }
        let clients = (0..<connections).map { _ in Client(to: [server.address], on: loops) }
        for client in clients { _ = try await client.call(EchoMethods.echo, EchoRequest()) }
        let before = try server.figures().residentBytes
        let readers = StreamReaders(on: loops.all[0])
        for index in 0..<streams { readers.start(clients[index % connections], limit: 0) }
        // The reply to a call on the same connection shows that the streams before it are open.
        await readers.haveStarted(streams)
        for client in clients { _ = try await client.call(EchoMethods.echo, EchoRequest()) }
        let after = try server.figures().residentBytes
        await readers.end()
        for client in clients { await client.shutdown() }
        return Double(after - before) / Double(streams)
    }
}
