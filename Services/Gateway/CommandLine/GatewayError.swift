import CommandLine
import Display
import Journeys
import Kernel
import RPC

/// The failure of a command: its exit code, the problem, and what to do next.
package struct GatewayError: Error {
    let exit: GatewayExit
    private(set) var problem: String
    /// The next step. Nil if `problem` contains it.
    var hint: String?
    /// The constant of the failure, such as `SEAT_SOLD`. Empty if it has none.
    var reason = ""
    /// Details of the service's failure.
    var details: [Detail] = []

    init(_ exit: GatewayExit, _ problem: String, hint: String? = nil, reason: String = "") {
        self.exit = exit
        self.problem = problem
        self.hint = hint
        self.reason = reason
    }

    static func usage(_ problem: String) -> GatewayError { GatewayError(.usage, problem) }
    static func refused(_ problem: String, hint: String? = nil) -> GatewayError {
        GatewayError(.refused, problem, hint: hint)
    }

    var message: String { hint.map { "\(problem). \($0)" } ?? problem }

    /// The error with times in a zone, for people.
    func withTimes(in zone: Zone) -> GatewayError {
        var error = self
        error.problem = ServiceText.withTimes(problem, in: zone)
        return error
    }

    /// The error of a call for a buyer, without the words of the program: methods, addresses and databases. A reason of the
    /// service's own contract, such as `ROOM_FULL`, is for buyers.
    func forBuyers(of service: Service) -> GatewayError {
        let isOfEveryService = reason.isEmpty || CallReason(rawValue: reason) != nil
        guard exit == .unavailable || exit == .indefinite, isOfEveryService else { return self }
        var error = self
        error.problem = "the \(service.rawValue) service does not answer at the moment"
        let isAddressHint = hint == NextStep.checkAddress(of: service)
        if exit == .unavailable, hint == nil || isAddressHint {
            error.hint = "Nothing has changed. Repeat the command later"
        }
        return error
    }

    /// How a user repeats a request that got no answer.
    enum Retry: Equatable {
        /// By the same command, because the request is idempotent.
        case sameCommand
        /// By the same command, because the request's id is on the disk.
        case recorded
        /// By the same command with `--request-id`.
        case withID(RequestID)

        var hint: String {
            switch self {
            case .sameCommand: "Repeat the command"
            case .recorded: "The request may have taken effect. Repeat the command: it continues the same request"
            case .withID(let id):
                "The request may have taken effect. To find out, repeat the command with: --request-id \(id)"
            }
        }
    }

    /// The error of a command whose call to a service failed.
    init(_ failure: RPCFailure, of service: Service, by command: Syntax? = nil, retry: Retry) {
        exit = GatewayExit(of: failure, isRepeatable: retry == .sameCommand)
        reason = failure.reason
        details = failure.details
        if failure.isIndefinite {
            problem = "the \(service.rawValue) service gave no answer: \(failure.message)"
            hint = retry.hint
        } else if let violation = failure.violation {
            problem = FieldSource.problem(of: violation, in: command)
        } else {
            let isUnavailable = exit == .unavailable
            problem =
                isUnavailable ? "the \(service.rawValue) service cannot answer: \(failure.message)" : failure.message
            hint = NextStep.after(failure, of: service)
        }
    }
}
