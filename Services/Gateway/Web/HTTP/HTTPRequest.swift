import Kernel

/// The method of a request. HEAD arrives as GET: the server sends no body then.
enum HTTPMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
    /// Any other method. Each path refuses it, and names those that it allows.
    case other = ""

    init(_ name: String) {
        self = name == "HEAD" ? .get : HTTPMethod(rawValue: name) ?? .other
    }
}

/// A request, complete and within the limits of the server.
struct HTTPRequest: Sendable {
    /// A form of a page is far shorter.
    private static let maximumFormBytes = 16 * 1024

    let method: HTTPMethod
    /// The path and the query as the client sent them: `/moon-tour/friday?step=2`.
    let target: String
    /// The decoded parts of the path: `["moon-tour", "friday"]`. Empty for `/`.
    let path: [String]
    let query: HTTPFields
    /// Names are in lower case.
    let headers: HTTPFields
    /// The body after decompression.
    let body: [UInt8]
    /// The fields of a form that a page has sent. Nil for another body, a longer one, or invalid escapes.
    let form: HTTPFields?
    /// The address of the buyer, also behind a proxy.
    let client: Address
    /// True if the browser uses https, so that cookies can be `Secure`.
    let isSecure: Bool

    /// Nil if the target is no path, if its escapes are invalid, or if a part of the path is `.`, `..` or has a slash.
    init?(
        _ method: HTTPMethod, _ target: String, headers: HTTPFields = HTTPFields(), body: [UInt8] = [], client: Address,
        isSecure: Bool
    ) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard target.hasPrefix("/"), let query = HTTPFields(form: halves.count == 2 ? halves[1] : "") else {
            return nil
        }
        let parts = halves[0].split(separator: "/").map { PercentEncoding.text(of: $0) }
        let path = parts.compactMap(\.self)
        guard path.count == parts.count, path.allSatisfy({ $0 != "." && $0 != ".." && !$0.contains("/") }) else {
            return nil
        }
        self.method = method
        self.target = target
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        form = Self.form(headers, body)
        self.client = client
        self.isSecure = isSecure
    }

    /// The id of what the request changes: of a call, or of a form. The logs of the services have the same one.
    var requestID: RequestID? {
        (headers["idempotency-key"] ?? form?["request"] ?? form?["payment"]).flatMap { RequestID($0) }
    }

    var cookies: HTTPFields { HTTPFields(cookies: headers["cookie"] ?? "") }

    /// The media type of the body in lower case, without parameters: `application/json`.
    var contentType: String { Self.contentType(headers) }

    private static func contentType(_ headers: HTTPFields) -> String {
        (headers["content-type"] ?? "").prefix { $0 != ";" }.trimmed.lowercased()
    }

    private static func form(_ headers: HTTPFields, _ body: [UInt8]) -> HTTPFields? {
        guard contentType(headers) == "application/x-www-form-urlencoded", body.count <= maximumFormBytes,
            let text = String(validating: body, as: UTF8.self)
        else { return nil }
        return HTTPFields(form: text)
    }

    /// The languages that the browser prefers, the best first: `["ko-kr", "ko", "en"]`.
    var languages: [String] {
        let ranked = (headers["accept-language"] ?? "").lowercased().split(separator: ",").compactMap { part in
            let pieces = part.split(separator: ";").map(\.trimmed)
            let quality = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            return pieces.first.flatMap { quality > 0 ? (language: $0, quality: quality) : nil }
        }
        // The sort is stable, so equal languages keep their order.
        return ranked.sorted { $0.quality > $1.quality }.map(\.language)
    }
}
