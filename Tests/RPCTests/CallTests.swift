import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CallTests {
    @Test func `a call is answered`() async throws {
        let loops = Loops(count: 2)
        let server = Server(
            [
                ServedService(
                    EchoMethods.service,
                    [
                        Route(EchoMethods.echo) { request, _ in EchoReply(payload: request.payload) },
                        Route(EchoMethods.count) { request, call, items in
                            for number in 1...request.limit { try await items.send(CountItem(number: number)) }
                        },
                    ])
            ],
            on: loops)
        let address = try server.listen(on: .loopback(0))
        let client = Client(to: [address], on: loops)
        let reply = try await client.call(EchoMethods.echo, EchoRequest(payload: [1, 2, 3]))
        #expect(reply.payload == [1, 2, 3])
        var numbers: [UInt64] = []
        for try await item in client.open(EchoMethods.count, CountRequest(limit: 1000)) { numbers.append(item.number) }
        #expect(numbers == Array(1...1000))
        await client.shutdown()
        await server.shutdown()
        loops.stop()
    }
}
