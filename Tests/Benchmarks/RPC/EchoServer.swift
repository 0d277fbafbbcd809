import CommandLine
import Glibc
import Kernel
import RPC
import Synchronization
import TestSupport

/// The server of the benchmarks, in a separate process: `Benchmarks echo-server`. Exits at the end of its standard
/// input, so that it never outlives the benchmark that has started it.
enum EchoServer {
    private static let listen = Option("listen", .address, default: .loopback(0), "The address for calls.")
    private static let loops = Option("loops", .integer(in: 1...64), default: 1, "Event loops, one thread each.")

    static let benchmark = Benchmark(
        "echo-server", "the server of the other benchmarks; exits at the end of its input",
        [listen, loops, EncryptedNetwork.keys]
    ) { configuration in
        ProcessFigures.raiseFileLimit()
        let loops = Loops(count: configuration[loops])
        let network = try EncryptedNetwork.over(TCP(on: loops), keys: configuration[EncryptedNetwork.keys])
        let server = Server([service], on: loops, network: network, limits: limits)
        print(announcement + "\(try server.listen(on: configuration[listen]))")
        fflush(nil)
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) > 0 {}
        await server.shutdown(grace: .seconds(1))
        loops.stop()
    }

    static let announcement = "listening on "

    private static var limits: Limits {
        var limits = Limits()
        limits.connections = 20_000
        return limits
    }

    private static let service = ServedService(
        EchoMethods.service,
        [
            Route(EchoMethods.echo) { request, _ in EchoReply(payload: request.payload) },
            // Without a limit, the stream stays idle.
            Route(EchoMethods.count) { request, _, items in
                if request.limit == 0 {
                    await IdleStream().untilCancelled()
                } else {
                    try await count(request.limit, items)
                }
            },
        ])
}

/// Not inlined, because idle streams would then keep the memory that it needs to send.
@inline(never)
private func count(_ limit: UInt64, _ items: ItemWriter<CountItem>) async throws {
    for number in 1...limit { try await items.send(CountItem(number: number)) }
}

/// Suspends a handler until it is cancelled, as in a stream without changes.
private final class IdleStream: Sendable {
    private enum State {
        case new
        case waiting(UnsafeContinuation<Void, Never>)
        case over
    }

    private let state = Mutex(State.new)

    func untilCancelled() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .over = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let before = state.withLock { state in
                defer { state = .over }
                return state
            }
            if case .waiting(let continuation) = before { continuation.resume() }
        }
    }
}
