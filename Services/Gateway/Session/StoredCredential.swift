import Journeys
import Kernel

/// The file of a credential:
///
///     name alice
///     role user
///     user 0193e5a0-…
///     until 1795000000000
///     credential 01…
extension StoredCredential {
    /// Parses the text of a file. Nil if a line is missing or invalid.
    init?(_ text: String) {
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

    /// The text of the file.
    var text: String {
        """
        name \(name)
        role \(role)
        user \(user)
        until \(expiry.milliseconds)
        credential \(Hexadecimal.text(of: bytes))

        """
    }
}

/// The stored credentials: one of a user, one of an operator.
extension ConfigurationFolder {
    private static func file(of role: Role) -> String { role == .user ? "sign-in" : "\(role)" }

    func credential(of role: Role) throws(GatewayError) -> StoredCredential? {
        let name = Self.file(of: role)
        guard let text = try read(name) else { return nil }
        if let credential = StoredCredential(text) { return credential }
        throw GatewayError(.file, "\(path)/\(name) is damaged", hint: "Remove it, and sign in again")
    }

    func store(_ credential: StoredCredential) throws(GatewayError) {
        try write(credential.text, to: Self.file(of: credential.role))
    }

    func removeCredential(of role: Role) throws(GatewayError) {
        try remove(Self.file(of: role))
    }
}
