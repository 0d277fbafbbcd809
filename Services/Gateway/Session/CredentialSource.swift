import CommandLine
import Journeys
import Kernel

/// Finds the credential of a command.
struct CredentialSource: Sendable {
    /// The file of `--credential`. Nil for the stored credential of the role.
    let file: String?
    let configuration: ConfigurationFolder
    let clock: any Clock
    let zone: Zone

    /// Throws if there is none, or if it has expired.
    func credential(of role: Role) throws(GatewayError) -> StoredCredential {
        let found: StoredCredential?
        if let file { found = try Self.read(file) } else { found = try configuration.credential(of: role) }
        guard let credential = found else {
            throw GatewayError(
                .notAllowed,
                role == .user
                    ? "not signed in. Type: gateway sign-in NAME; without an account: gateway sign-up NAME"
                    : "this command needs an operator credential. Type: gateway admin credential --keys FILE")
        }
        guard clock.now < credential.expiry else {
            throw GatewayError(
                .notAllowed,
                "the sign-in of \(credential.name) expired on \(DisplayTime.text(credential.expiry, in: zone)). Type: "
                    + (role == .user ? "gateway sign-in \(credential.name)" : "gateway admin credential --keys FILE"))
        }
        return credential
    }

    private static func read(_ path: String) throws(GatewayError) -> StoredCredential {
        let text = try ConfigurationFolder.read(path)
        if let credential = text.flatMap({ StoredCredential($0) }) { return credential }
        let problem = text == nil ? "there is no file \(path)" : "\(path) is not a credential file"
        throw GatewayError(
            .file,
            "\(CommonFlags.credential.flag): \(problem). To create one: gateway admin credential --output FILE")
    }
}
