import Journeys
import Kernel
import RPC
import Testing

@testable import Gateway

struct GatewayExitTests {
    private static let id = RequestID(high: 1, low: 2)

    private func error(_ failure: RPCFailure, _ retry: GatewayError.Retry = .withID(id)) -> GatewayError {
        GatewayError(failure, of: .concert, retry: retry)
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
    private func `a failure has the same exit code in every command`(_ outcome: Case) {
        #expect(GatewayExit(of: outcome.failure, isRepeatable: false) == outcome.once)
        #expect(GatewayExit(of: outcome.failure, isRepeatable: true) == outcome.repeatable)
        #expect(error(outcome.failure).exit == outcome.once)
        #expect(error(outcome.failure, .sameCommand).exit == outcome.repeatable)
    }

    @Test func `a refusal has a hint with the next command`() {
        let sold = error(RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold"))
        #expect(sold.message == "seat A1 is sold. Choose other seats: gateway seats CONCERT")
        #expect(sold.reason == "SEAT_SOLD")
        let over = error(RPCFailure(.unauthenticated, "CREDENTIAL_EXPIRED", "the credential is over"))
        #expect(over.message == "the credential is over. Type: gateway sign-in NAME")
    }

    @Test func `the error of an unreachable service names the flag of this service`() {
        let gone = error(RPCFailure(.unavailable, "CANNOT_CONNECT", "no program listens").notProcessed())
        #expect(gone.message.hasSuffix("Check that it runs, and give its address with --concert"))
    }

    @Test func `a buyer reads neither addresses nor flags of services`() {
        let gone = error(
            RPCFailure(.unavailable, "CANNOT_CONNECT", "no program listens at 10.0.0.1:7002").notProcessed())
        #expect(
            gone.forBuyers(of: .concert).message
                == "the concert service does not answer at the moment. Nothing has changed. Repeat the command later")
        let sold = error(RPCFailure(.aborted, "SEAT_SOLD", "seat A1 is sold"))
        #expect(sold.forBuyers(of: .concert).message == sold.message)
        let full = error(
            RPCFailure(.resourceExhausted, "ROOM_FULL", "the room is full; try again in 2 s").notProcessed())
        #expect(full.forBuyers(of: .queue).message.contains("the room is full; try again in 2 s"))
    }

    @Test func `an indefinite failure says how to repeat the request safely`() {
        let lost = RPCFailure(.unavailable, "CONNECTION_LOST", "the connection was lost").indefinite
        let noAnswer = "the concert service gave no answer: the connection was lost. "
        #expect(
            error(lost).message
                == noAnswer + "The request may have taken effect. To find out, repeat the command with: --request-id "
                + "\(Self.id)")
        #expect(
            error(lost, .recorded).message
                == noAnswer + "The request may have taken effect. Repeat the command: it continues the same request")
        #expect(error(lost, .sameCommand).message == noAnswer + "Repeat the command")
    }
}
