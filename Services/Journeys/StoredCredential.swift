import Encoding
import Kernel

/// A credential with its user, role and expiry. Its text for a file or a cookie is:
///
///     name alice
///     role user
///     user 0193e5a0-…
///     until 1795000000000
///     credential 01…
package struct StoredCredential: Equatable, Sendable {
    package let name: String
    package let role: Role
    package let user: UserID
    package let expiry: Timestamp
    package let bytes: [UInt8]

    package init(name: String, role: Role, user: UserID, expiry: Timestamp, bytes: [UInt8]) {
        self.name = name
        self.role = role
        self.user = user
        self.expiry = expiry
        self.bytes = bytes
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
        self.init(
            name: String(values["name"] ?? ""), role: role, user: user, expiry: Timestamp(milliseconds: until),
            bytes: bytes)
    }

    package var text: String {
        """
        name \(name)
        role \(role)
        user \(user)
        until \(expiry.milliseconds)
        credential \(Hexadecimal.text(of: bytes))

        """
    }
}
