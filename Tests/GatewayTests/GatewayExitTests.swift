import Kernel
import RPC
import Testing

@testable import Gateway

struct GatewayExitTests {
    private func error(_ failure: RPCFailure) -> GatewayError {
        GatewayError(failure, of: ID(high: 1, low: 2), at: .loopback(7001))
    }

    private let sold = RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold")

    @Test func `a refusal is told from what can be tried again`() {
        #expect(error(sold).exit == .refused)
        #expect(error(sold).message == "127.0.0.1:7001: ABORTED SEAT_SOLD: seat A1 is sold")
        #expect(error(sold.notProcessed()).exit == .unavailable)
    }

    @Test func `what may have happened is told with how to find out`() {
        #expect(error(sold.indefinite).exit == .indefinite)
        #expect(
            error(sold.indefinite).message.hasSuffix(
                "To find out, repeat it with: --request-id 00000000-0000-0001-0000-000000000002"))
    }
}
