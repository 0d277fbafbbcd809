import Kernel

extension Invocation {
    /// The credential that the command calls with, in its first role.
    func credential() throws(GatewayError) -> StoredCredential {
        try credential(of: command.caller.contains(.user) ? .user : .operator)
    }

    /// The credential of `--credential`, or the stored one of the role. Throws if it has expired.
    func credential(of role: Role) throws(GatewayError) -> StoredCredential {
        let credential: StoredCredential
        if let path = try arguments.value(CommonFlags.credential) {
            credential = try Self.readCredential(path)
        } else {
            guard let stored = try configuration.credential(of: role) else {
                throw GatewayError(
                    .notAllowed,
                    role == .user
                        ? "not signed in. Type: gateway sign-in NAME; without an account: gateway sign-up NAME"
                        : "this command needs an operator credential. Type: gateway admin credential --keys FILE")
            }
            credential = stored
        }
        guard clock.now < credential.expiry else {
            throw GatewayError(
                .notAllowed,
                "the sign-in of \(credential.name) expired on \(localTime(credential.expiry.milliseconds)). Type: "
                    + (role == .user ? "gateway sign-in \(credential.name)" : "gateway admin credential --keys FILE"))
        }
        return credential
    }

    private static func readCredential(_ path: String) throws(GatewayError) -> StoredCredential {
        let flag = CommonFlags.credential.name
        guard let text = try ConfigurationFolder.read(path) else {
            throw GatewayError(
                .file, "\(flag): there is no file \(path). To create one: gateway admin credential --output FILE")
        }
        guard let credential = StoredCredential(text) else {
            throw GatewayError(
                .file,
                "\(flag): \(path) is not a credential file. To create one: gateway admin credential --output FILE")
        }
        return credential
    }

    func user() throws(GatewayError) -> UserID { try credential().user }
}
