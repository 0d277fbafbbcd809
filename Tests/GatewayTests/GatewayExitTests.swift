import Kernel
import RPC
import Testing

@testable import Gateway

struct GatewayExitTests {
    private func error(_ failure: RPCFailure) -> GatewayError {
        GatewayError(failure, of: .concert, requestID: ID(high: 1, low: 2))
    }

    private let sold = RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold")

    @Test func `a refusal is told from what can be tried again`() {
        #expect(error(sold).exit == .refused)
        #expect(error(sold).message == "seat A1 is sold. Choose others: gateway seats CONCERT")
        #expect(error(sold).reason == "SEAT_SOLD")
        #expect(error(sold.notProcessed()).exit == .unavailable)
    }

    @Test func `what may have happened is told with how to find out`() {
        #expect(error(sold.indefinite).exit == .indefinite)
        #expect(
            error(sold.indefinite).message.hasSuffix(
                "To find out, repeat it with: --request-id 00000000-0000-0001-0000-000000000002"))
    }

    @Test func `whoever is not signed in is told so by the exit code`() {
        let failure = RPCFailure(.unauthenticated, "CREDENTIAL_EXPIRED", "the credential is over")
        #expect(error(failure).exit == .notAllowed)
        #expect(error(failure).message == "the credential is over. Type: gateway sign-in")
    }
}
