import ConcertAPI
import Encoding
import Journeys
import Kernel
import MessageJSON
import Messages
import RPC
import WalletAPI

/// A failure in the Connect protocol: `{"code", "message", "details"}` with the HTTP status of its code.
///
/// The first detail is an `onsale.rpc.v1.Status` with the reason, and whether the call may have taken effect.
struct ConnectFailure: Error {
    private let failure: RPCFailure
    private var status: Int
    /// Headers beside those of every failure.
    private var headers: [(name: String, value: String)] = []

    init(_ failure: RPCFailure) {
        self.failure = failure
        status = failure.code.connect.httpStatus
        if failure.code == .unauthenticated { headers.append(("www-authenticate", "Bearer")) }
        // The header counts whole seconds.
        if let wait = failure.retryAfter { headers.append(("retry-after", "\((wait.milliseconds + 999) / 1000)")) }
    }

    /// The failure of a call to a service, in words for callers that see the edge only.
    init(_ failure: RPCFailure, of service: Service) {
        var failure = failure
        if failure.isBecause(CallReason.requestIDMissing) {
            failure.message =
                "this call changes something: pass the header Idempotency-Key, a UUIDv7, the same on every retry"
        } else if failure.isBecause(CallReason.cannotConnect) {
            failure.message = "the \(service.rawValue) service cannot be reached; nothing has changed. Try again"
        }
        self.init(failure)
    }

    private init(_ code: StatusCode, status: Int, _ message: String, header: (name: String, value: String)? = nil) {
        failure = RPCFailure(code, "", message)
        self.status = status
        headers = header.map { [$0] } ?? []
    }

    static var unknownMethod: ConnectFailure {
        ConnectFailure(.unimplemented, status: 404, "the edge has no such method; /openapi.json lists what it has")
    }

    static func notAllowed(use methods: String) -> ConnectFailure {
        ConnectFailure(
            .unimplemented, status: 405, "method not allowed: use \(methods)", header: ("allow", methods))
    }

    static var unsupportedCodec: ConnectFailure {
        let types = ConnectCodec.allCases.map(\.mediaType)
        return ConnectFailure(
            .invalidArgument, status: 415,
            "the codec is unknown: send \(types.joined(separator: " or ")), or encoding=json or proto in a query",
            header: ("accept-post", types.joined(separator: ", ")))
    }

    static func invalid(_ field: String, _ rule: String, got: String = "") -> ConnectFailure {
        ConnectFailure(.invalid(field, rule, got: Excerpt.of(got)))
    }

    var response: HTTPResponse {
        var response = HTTPResponse(status, ConnectCodec.json.mediaType, body: Array(json.text.utf8))
        response.setHeader("cache-control", "no-store")
        for header in headers { response.setHeader(header.name, header.value) }
        return response
    }

    private var json: JSON {
        .object([
            "code": .string(failure.code.connect.name), "message": .string(failure.message),
            "details": failure.reason.isEmpty ? nil : .array((reasonDetail + failure.details).map(Self.json)),
        ])
    }

    /// The reason, and what a program needs to decide about a retry.
    private var reasonDetail: [Detail] {
        var status = failure.status
        status.message = ""
        status.details = []
        return (try? status.encoded()).map { [Detail(type: Status.descriptor.name, value: $0)] } ?? []
    }

    /// The messages in details. `debug` shows their content to people.
    private static let descriptors = [
        Status.descriptor, FieldViolation.descriptor, TakenSeats.descriptor, Puzzle.descriptor,
    ]

    private static func json(of detail: Detail) -> JSON {
        let descriptor = descriptors.first { $0.name == detail.type }
        let text = descriptor.flatMap { try? MessageJSON.canonicalText(of: detail.value, as: $0) }
        return .object([
            "type": .string(detail.type),
            "value": .string(String(Base64.text(of: detail.value).prefix { $0 != "=" })),
            "debug": text.map(JSON.written),
        ])
    }
}

extension StatusCode {
    /// The name and the HTTP status of a code in the Connect protocol.
    fileprivate var connect: (name: String, httpStatus: Int) {
        switch self {
        case .ok: ("ok", 200)
        case .cancelled: ("canceled", 499)
        case .unknown: ("unknown", 500)
        case .invalidArgument: ("invalid_argument", 400)
        case .deadlineExceeded: ("deadline_exceeded", 504)
        case .notFound: ("not_found", 404)
        case .alreadyExists: ("already_exists", 409)
        case .permissionDenied: ("permission_denied", 403)
        case .resourceExhausted: ("resource_exhausted", 429)
        case .failedPrecondition: ("failed_precondition", 400)
        case .aborted: ("aborted", 409)
        case .outOfRange: ("out_of_range", 400)
        case .unimplemented: ("unimplemented", 501)
        case .internal: ("internal", 500)
        case .unavailable: ("unavailable", 503)
        case .dataLoss: ("data_loss", 500)
        case .unauthenticated: ("unauthenticated", 401)
        }
    }
}
