import Encoding
import Kernel

/// A credential with its user, role and expiry, and the secret of its session. Its text for a file or a cookie is:
///
///     name alice
///     role user
///     user 0193e5a0-…
///     until 1795000000000
///     credential 01…
///     secret 01…
///     refresh 1794998200000
///     ends 1797592000000
///
/// The last three lines are missing if a key file made the credential.
package struct StoredCredential: Equatable, Sendable {
    package struct Session: Equatable, Sendable {
        package let secret: [UInt8]
        /// The time from which on the next credential should be requested.
        package let refreshAt: Timestamp
        package let endsAt: Timestamp

        package init(secret: [UInt8], refreshAt: Timestamp, endsAt: Timestamp) {
            self.secret = secret
            self.refreshAt = refreshAt
            self.endsAt = endsAt
        }
    }

    package let name: String
    package let role: Role
    package let user: UserID
    package let expiry: Timestamp
    package let bytes: [UInt8]
    /// Nil if a key file made the credential.
    package let session: Session?

    package init(name: String, role: Role, user: UserID, expiry: Timestamp, bytes: [UInt8], session: Session? = nil) {
        self.name = name
        self.role = role
        self.user = user
        self.expiry = expiry
        self.bytes = bytes
        self.session = session
    }

    /// The time at which the user must sign in again.
    package var end: Timestamp { session?.endsAt ?? expiry }

    /// True if the next credential should be requested. `jitter` from 0 to 1 spreads the requests of many clients over
    /// the first half of the time that is left.
    package func isDue(at now: Timestamp, jitter: Double) -> Bool {
        guard let session else { return false }
        return now >= session.refreshAt + (expiry - session.refreshAt) / 2 * jitter
    }

    /// Parses the stored text. Nil if a line is missing or invalid.
    package init?(_ text: String) {
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        guard let role = Role.names.first(where: { $0.name == values["role"] ?? "" })?.role,
            let user = values["user"].flatMap({ UserID(String($0)) }),
            let until = values["until"].flatMap({ Int64($0) }),
            let bytes = values["credential"].flatMap({ Hexadecimal.bytes(of: String($0)) })
        else { return nil }
        var session: Session?
        if let text = values["secret"] {
            guard let secret = Hexadecimal.bytes(of: String(text)),
                let refreshAt = values["refresh"].flatMap({ Int64($0) }),
                let endsAt = values["ends"].flatMap({ Int64($0) })
            else { return nil }
            session = Session(
                secret: secret, refreshAt: Timestamp(milliseconds: refreshAt), endsAt: Timestamp(milliseconds: endsAt))
        }
        self.init(
            name: String(values["name"] ?? ""), role: role, user: user, expiry: Timestamp(milliseconds: until),
            bytes: bytes, session: session)
    }

    package var text: String {
        let text = """
            name \(name)
            role \(role)
            user \(user)
            until \(expiry.milliseconds)
            credential \(Hexadecimal.text(of: bytes))

            """
        guard let session else { return text }
        return text + """
            secret \(Hexadecimal.text(of: session.secret))
            refresh \(session.refreshAt.milliseconds)
            ends \(session.endsAt.milliseconds)

            """
    }
}
