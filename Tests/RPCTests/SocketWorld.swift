import Kernel
import RPC
import TestSupport

/// A server on loopback, with loops of its own.
final class SocketWorld: Sendable {
    let loops = Loops(count: 2)
    let echo = EchoServer(clock: ManualClock())
    let server: Server
    let address: Address

    init(limits: Limits = Limits()) throws {
        server = Server([echo.service], on: loops, limits: limits, hooks: .trusting)
        address = try server.listen(on: .loopback(0))
    }

    func pause(for duration: Duration) async {
        let loop = loops.all[0]
        await Task(executorPreference: loop) { _ = await loop.pause(for: duration) }.value
    }

    func stop() async {
        await server.shutdown(grace: .seconds(1))
        loops.stop()
    }
}
