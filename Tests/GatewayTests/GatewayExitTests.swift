import Kernel
import RPC
import Testing

@testable import Gateway

struct GatewayExitTests {
    private static let id = RequestID(high: 1, low: 2)

    private func error(_ failure: RPCFailure, _ repeating: GatewayError.Repeating = .with(id)) -> GatewayError {
        GatewayError(failure, of: .concert, repeating: repeating)
    }

    private struct Case: CustomTestStringConvertible {
        let failure: RPCFailure
        let once: GatewayExit
        let repeatable: GatewayExit

        init(
            _ code: StatusCode, _ reason: String, _ once: GatewayExit, repeatable: GatewayExit? = nil,
            _ flags: (RPCFailure) -> RPCFailure = { $0 }
        ) {
            failure = flags(RPCFailure(code, reason, "no"))
            self.once = once
            self.repeatable = repeatable ?? once
        }

        var testDescription: String { "\(failure)" }
    }

    private static func unanswered(_ failure: RPCFailure) -> RPCFailure { failure.indefinite }
    private static func unseen(_ failure: RPCFailure) -> RPCFailure { failure.notProcessed() }

    @Test(arguments: [
        Case(.aborted, "SEAT_SOLD", .refused),
        Case(.notFound, "CONCERT_UNKNOWN", .refused),
        Case(.invalidArgument, "INVALID_FIELD", .refused),
        Case(.failedPrecondition, "SALE_OVER", .refused),
        Case(.permissionDenied, "PASS_MISSING", .refused),
        Case(.permissionDenied, "PASS_OF_ANOTHER_ROOM", .refused),
        Case(.permissionDenied, "ROLE_NOT_ALLOWED", .notAllowed),
        Case(.permissionDenied, "TOP_UP_NOT_ALLOWED", .notAllowed),
        Case(.unauthenticated, "CREDENTIAL_EXPIRED", .notAllowed),
        Case(.unauthenticated, "NAME_OR_PASSWORD_WRONG", .notAllowed),
        Case(.resourceExhausted, "TOO_MANY_TRIES", .unavailable),
        Case(.resourceExhausted, "PASSWORDS_BUSY", .unavailable),
        Case(.resourceExhausted, "TOO_MANY_CALLS", .unavailable, unseen),
        Case(.resourceExhausted, "REQUEST_TOO_LARGE", .refused, unseen),
        Case(.unavailable, "CANNOT_CONNECT", .unavailable, unseen),
        Case(.unavailable, "DATABASE_DOWN", .unavailable),
        Case(.deadlineExceeded, "DEADLINE_EXCEEDED", .unavailable),
        Case(.aborted, "SEAT_SOLD", .unavailable, unseen),
        Case(.deadlineExceeded, "DEADLINE_EXCEEDED", .indefinite, repeatable: .unavailable, unanswered),
        Case(.unavailable, "CONNECTION_LOST", .indefinite, repeatable: .unavailable, unanswered),
        Case(.internal, "INTERNAL", .indefinite, repeatable: .unavailable, unanswered),
    ])
    private func `a failure has one exit code, whichever command meets it`(_ outcome: Case) {
        #expect(GatewayExit(of: outcome.failure, isRepeatable: false) == outcome.once)
        #expect(GatewayExit(of: outcome.failure, isRepeatable: true) == outcome.repeatable)
        #expect(error(outcome.failure).exit == outcome.once)
        #expect(error(outcome.failure, .asItIs).exit == outcome.repeatable)
    }

    @Test func `a refusal says what to type`() {
        let sold = error(RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold"))
        #expect(sold.message == "seat A1 is sold. Choose others: gateway seats CONCERT")
        #expect(sold.reason == "SEAT_SOLD")
        let over = error(RPCFailure(.unauthenticated, "CREDENTIAL_EXPIRED", "the credential is over"))
        #expect(over.message == "the credential is over. Type: gateway sign-in NAME")
    }

    @Test func `of a service that is not there, only its own option is named`() {
        let gone = error(RPCFailure(.unavailable, "CANNOT_CONNECT", "nobody listens").notProcessed())
        #expect(gone.message.hasSuffix("Is it running? Say where with --concert"))
    }

    @Test func `what may have happened is told with how to find out, by what the command has`() {
        let lost = RPCFailure(.unavailable, "CONNECTION_LOST", "the connection was lost").indefinite
        let gave = "the concert service gave no answer: the connection was lost. "
        #expect(
            error(lost).message
                == gave + "It may have happened. To find out, repeat it with: --request-id \(Self.id)")
        #expect(
            error(lost, .isRemembered).message == gave + "It may have happened. Type it again: it goes on where it was")
        #expect(error(lost, .asItIs).message == gave + "Type it again")
    }
}
