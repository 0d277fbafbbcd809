import Kernel

/// An answer with its headers and its body. The server adds `Content-Length`, `Date` and `Connection`.
struct HTTPResponse: Sendable, Equatable {
    var status: Int
    private(set) var headers: HTTPFields
    var body: [UInt8]

    init(_ status: Int, _ contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.body = body
        headers = HTTPFields()
        if let contentType { setHeader("content-type", contentType) }
        setHeader("x-content-type-options", "nosniff")
    }

    static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status, "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }

    static func html(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status, "text/html; charset=utf-8", body: Array(text.utf8))
    }

    /// Sends a browser to another path of this site, with GET. A path of another site becomes `/`.
    static func redirect(to path: String) -> HTTPResponse {
        let second = path.dropFirst().first
        let isLocal = path.hasPrefix("/") && second != "/" && second != "\\" && path.utf8.allSatisfy(\.isVisible)
        var response = HTTPResponse(303)
        response.setHeader("location", isLocal ? path : "/")
        return response
    }

    static func methodNotAllowed(allowed: String = "GET, HEAD, POST") -> HTTPResponse {
        var response = HTTPResponse.text(405, "method not allowed: use \(allowed)")
        response.setHeader("allow", allowed)
        return response
    }

    /// Adds a header. A character that could end the header becomes a space.
    mutating func addHeader(_ name: String, _ value: String) {
        headers.append(name.lowercased(), String(value.unicodeScalars.map { $0.isControl ? " " : Character($0) }))
    }

    /// Adds a header, or replaces it.
    mutating func setHeader(_ name: String, _ value: String) {
        headers = HTTPFields(headers.all.filter { $0.name != name.lowercased() })
        addHeader(name, value)
    }

    /// Sets a cookie of the whole site that scripts cannot read. Nil as its value removes it.
    mutating func setCookie(_ name: String, _ value: String?, isSecure: Bool, maxAge: Duration? = nil) {
        let age = value == nil ? .zero : maxAge
        // lynx takes SameSite for the name of another cookie, to which all attributes behind it belong.
        addHeader(
            "set-cookie",
            "\(name)=\(value ?? ""); Path=/; HttpOnly" + (isSecure ? "; Secure" : "")
                + (age.map { "; Max-Age=\($0.components.seconds)" } ?? "") + "; SameSite=Lax")
    }
}

extension UInt8 {
    fileprivate var isVisible: Bool { self > 0x20 && self < 0x7f }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || value == 0x7f }
}
