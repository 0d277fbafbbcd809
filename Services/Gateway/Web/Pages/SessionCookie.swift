import Encoding
import Journeys
import Kernel

/// The cookie with the credential of a buyer and the secret of the session. Scripts cannot read it.
enum SessionCookie {
    /// Longer values cannot be a credential.
    private static let maximumBytes = 4096

    /// Browsers accept a cookie with this prefix only over https, for the whole site, and from this host.
    static func name(isSecure: Bool) -> String { isSecure ? "__Host-onsale" : "onsale" }

    static func read(from request: HTTPRequest) -> StoredCredential? {
        guard let value = request.cookies[name(isSecure: request.isSecure)], value.utf8.count <= maximumBytes,
            let bytes = Base64.bytes(of: value), let text = String(validating: bytes, as: UTF8.self),
            let credential = StoredCredential(text), credential.role == .user
        else { return nil }
        return credential
    }

    /// Nil removes the cookie.
    static func write(
        _ credential: StoredCredential?, to response: inout HTTPResponse, _ request: HTTPRequest, now: Timestamp
    ) {
        response.setCookie(
            name(isSecure: request.isSecure), credential.map { Base64.text(of: $0.text.utf8) },
            isSecure: request.isSecure, maxAge: credential.map { $0.end - now })
    }
}
