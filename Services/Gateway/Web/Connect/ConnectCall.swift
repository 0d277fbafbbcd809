import Encoding
import Kernel
import MessageJSON
import Messages
import RPC

/// A call in the Connect protocol: the headers or the query of a request, and the packed message.
struct ConnectCall {
    private static let version = "1"
    private static let versionInQuery = "v1"
    /// The protocol allows this many digits.
    private static let maximumTimeoutDigits = 10
    /// Maximum size of a message in a query after decompression. The server bounds bodies itself.
    private static let maximumMessageBytes = 64 * 1024

    let codec: ConnectCodec
    let message: [UInt8]
    let timeout: Duration
    let requestID: RequestID?
    let credential: [UInt8]?

    /// Throws the answer to a request that is no call of `method`.
    init(
        _ request: HTTPRequest, of method: MethodDescription, longestTimeout: Duration
    ) throws(ConnectFailure) {
        guard request.method == .post || request.method == .get && method.isReadOnly else {
            throw .notAllowed(use: method.isReadOnly ? "GET, HEAD, POST" : "POST")
        }
        let version = request.headers["connect-protocol-version"]
        guard version == nil || version == Self.version else {
            throw .invalid("connect-protocol-version", "must be \(Self.version)", got: version ?? "")
        }
        timeout = try Self.timeout(request, longest: longestTimeout)
        requestID = try Self.requestID(request)
        credential = try Self.credential(request)
        let content: [UInt8]
        (codec, content) = try request.method == .post ? Self.body(request) : Self.query(request)
        message = try codec.decoded(content, as: method.request)
    }

    private static func timeout(_ request: HTTPRequest, longest: Duration) throws(ConnectFailure) -> Duration {
        guard let text = request.headers["connect-timeout-ms"] else { return longest }
        guard text.utf8.count <= maximumTimeoutDigits, text.utf8.allSatisfy(\.isDigit), let number = Int64(text) else {
            throw .invalid(
                "connect-timeout-ms", "must be a whole number of at most \(maximumTimeoutDigits) digits", got: text)
        }
        return min(longest, .milliseconds(number))
    }

    private static func requestID(_ request: HTTPRequest) throws(ConnectFailure) -> RequestID? {
        guard let text = request.headers["idempotency-key"] else { return nil }
        guard let id = RequestID(text) else {
            throw .invalid("idempotency-key", "must be a UUIDv7, the same on every retry", got: text)
        }
        return id
    }

    private static func credential(_ request: HTTPRequest) throws(ConnectFailure) -> [UInt8]? {
        guard let text = request.headers["authorization"] else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer", let bytes = Base64.bytes(of: String(parts[1])) else {
            throw ConnectFailure(
                RPCFailure(
                    CallReason.credentialInvalid, "authorization must be: Bearer, a space, the credential in Base64"))
        }
        return bytes
    }

    private static func body(_ request: HTTPRequest) throws(ConnectFailure) -> (ConnectCodec, [UInt8]) {
        guard let codec = ConnectCodec.allCases.first(where: { $0.mediaType == request.contentType }) else {
            throw .unsupportedCodec
        }
        return (codec, request.body)
    }

    private static func query(_ request: HTTPRequest) throws(ConnectFailure) -> (ConnectCodec, [UInt8]) {
        let query = request.query
        guard query["connect"] == nil || query["connect"] == versionInQuery else {
            throw .invalid("connect", "must be \(versionInQuery)", got: query["connect"] ?? "")
        }
        guard let codec = query["encoding"].flatMap(ConnectCodec.init) else { throw .unsupportedCodec }
        guard let text = query["message"] else { throw .invalid("message", "must be in the query") }
        var bytes = Array(text.utf8)
        if query["base64"] == "1" {
            guard let decoded = Base64.bytes(of: text) else { throw .invalid("message", "must be Base64 for URLs") }
            bytes = decoded
        }
        switch query["compression"] {
        case nil, "identity": return (codec, bytes)
        case "gzip":
            do throws(GZip.Problem) {
                return (codec, try GZip.content(of: bytes, limit: maximumMessageBytes))
            } catch {
                throw .invalid("message", "must be gzip with a content of at most \(maximumMessageBytes) bytes")
            }
        case .some(let other): throw .invalid("compression", "must be gzip or identity", got: other)
        }
    }
}

/// The encodings of messages.
enum ConnectCodec: String, CaseIterable {
    case json
    case proto

    var mediaType: String { "application/\(rawValue)" }

    func decoded(_ bytes: [UInt8], as descriptor: MessageDescriptor) throws(ConnectFailure) -> [UInt8] {
        guard self == .json else { return bytes }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConnectFailure(RPCFailure(CallReason.malformedRequest, "the body is not UTF-8"))
        }
        do throws(JSONError) {
            return try MessageJSON.bytes(from: text, as: descriptor)
        } catch {
            // A place with spaces is a line and a column, not a field.
            guard !error.place.isEmpty, !error.place.contains(" ") else {
                throw ConnectFailure(RPCFailure(CallReason.malformedRequest, "the JSON cannot be read: \(error)"))
            }
            throw .invalid(error.place, error.problem)
        }
    }

    func encoded(_ bytes: [UInt8], as descriptor: MessageDescriptor) throws(ConnectFailure) -> [UInt8] {
        guard self == .json else { return bytes }
        do throws(MessageError) {
            return Array(try MessageJSON.canonicalText(of: bytes, as: descriptor).utf8)
        } catch {
            throw ConnectFailure(RPCFailure(CallReason.malformedReply, "\(error)").indefinite)
        }
    }
}
