import CMicroHTTP
import Kernel
import Threads

/// One request on its way through the library, and its answer.
///
///     headers ──▶ body ──▶ handled ──▶ answered
final class HTTPExchange: @unchecked Sendable {
    // Sound: the thread of the daemon uses it until it suspends the connection, then the task until it resumes it.

    enum Step {
        case headers
        case body
        case handled
        case answered(HTTPResponse)
    }

    let connection: OpaquePointer
    let target: String
    let startedAt: Uptime
    /// As the client sent it, also if it is unknown.
    private(set) var methodName = ""
    /// The id of what the request changes. Nil until the request is complete.
    private(set) var requestID: RequestID?
    var step = Step.headers
    private var headers = HTTPFields()
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// The bytes of a body that is too large.
    private var dropped = 0

    init(_ connection: OpaquePointer, target: String, startedAt: Uptime) {
        self.connection = connection
        self.target = target
        self.startedAt = startedAt
    }

    var socket: Int32 { onsale_http_socket(connection) }

    /// Reads the headers. Returns the answer to a request whose body is not worth reading.
    func begin(method name: String, version: String, limit: Int) -> HTTPResponse? {
        MHD_get_connection_values(
            connection, .HEADER_KIND,
            { context, _, name, value in
                let exchange = Unmanaged<HTTPExchange>.fromOpaque(context!).takeUnretainedValue()
                exchange.headers.append(
                    String(cString: name!).lowercased(), value.map { String(cString: $0) } ?? "")
                return .YES
            }, Unmanaged.passUnretained(self).toOpaque())
        methodName = name
        if let ambiguity = ambiguity(in: version) { return .text(400, ambiguity) }
        if let length = headers["content-length"], Int(length) ?? .max > limit { return Self.tooLarge(limit) }
        guard Self.encodings.contains(encoding) else {
            var response = HTTPResponse.text(415, "the encoding of the body is unknown: use gzip, or none")
            response.setHeader("accept-encoding", "gzip, identity")
            return response
        }
        return nil
    }

    /// The reason why a proxy could read another request than this program: another end of the body, another site, or another
    /// header. Nil if there is none.
    private func ambiguity(in version: String) -> String? {
        let codings = headers.values(of: "transfer-encoding")
        if headers.values(of: "content-length").count + codings.count > 1 {
            return "the length of the body is given twice"
        }
        if codings.contains(where: { $0.lowercased() != "chunked" }) {
            return "the transfer coding of the body is unknown: use chunked, or none"
        }
        if !codings.isEmpty, version == "HTTP/1.0" { return "HTTP/1.0 has no transfer codings" }
        if headers.values(of: "host").count > 1 { return "the header Host is given twice" }
        if headers.all.contains(where: { $0.name.contains(where: \.isWhitespace) }) {
            return "the name of a header contains white space"
        }
        return nil
    }

    private var encoding: String { headers["content-encoding"]?.lowercased() ?? "identity" }

    private static let encodings = ["gzip", "identity"]
    /// A body may have this many times the limit before the connection is closed.
    private static let droppedLimits = 4

    /// Adds a part of the body. False if the body has many more bytes than it may have.
    func append(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
        isTooLarge = isTooLarge || body.count + bytes.count > limit
        if !isTooLarge { body += bytes }
        // The answer can only follow the body, so a body that is a little too large is read and dropped.
        dropped += isTooLarge ? bytes.count : 0
        return dropped <= Self.droppedLimits * limit
    }

    enum Outcome {
        case request(HTTPRequest)
        case refused(HTTPResponse)
    }

    /// The complete request.
    func request(from client: Address, isSecure: Bool, limit: Int) -> Outcome {
        if isTooLarge { return .refused(Self.tooLarge(limit)) }
        if encoding == "gzip" {
            do throws(GZip.Problem) {
                body = try GZip.content(of: body, limit: limit)
            } catch {
                let isTooLarge = error == .tooLarge
                return .refused(isTooLarge ? Self.tooLarge(limit) : .text(400, "the body is not in the gzip format"))
            }
        }
        guard
            let request = HTTPRequest(
                HTTPMethod(methodName), target, headers: headers, body: body, client: client, isSecure: isSecure)
        else { return .refused(.text(400, "the target of the request is no path of this site")) }
        requestID = request.requestID
        return .request(request)
    }

    private static func tooLarge(_ limit: Int) -> HTTPResponse {
        .text(413, "the body has more than \(limit) bytes")
    }

    /// Gives the answer to the library.
    func send(_ answer: HTTPResponse, isLast: Bool) -> MHD_Result {
        let response = answer.body.withUnsafeBytes { body in
            MHD_create_response_from_buffer(
                body.count, UnsafeMutableRawPointer(mutating: body.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        for field in answer.headers.all { MHD_add_response_header(response, field.name, field.value) }
        if isLast { MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") }
        return MHD_queue_response(connection, UInt32(answer.status), response)
    }
}
