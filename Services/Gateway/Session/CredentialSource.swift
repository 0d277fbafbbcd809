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
        let found = if let file { try Self.read(file) } else { try configuration.credential(of: role) }
        guard let credential = found else {
            throw GatewayError(
                .notAllowed,
                role == .user
                    ? "not signed in. Type: gateway sign-in NAME; without an account: gateway sign-up NAME"
                    : "this command needs an operator credential. Type: gateway admin credential --keys FILE")
        }
        guard clock.now < credential.expiry else {
            throw GatewayError(
                .notAllowed, "the sign-in of \(credential.name) expired on \(zone.text(of: credential.expiry))",
                hint: role == .user
                    ? "Type: gateway sign-in \(credential.name)" : "Type: gateway admin credential --keys FILE")
        }
        return credential
    }

    private static func read(_ path: String) throws(GatewayError) -> StoredCredential? {
        let flag = CommonFlags.credential.flag
        if let credential = StoredCredential(try InputFile.required(path, by: flag, isSecret: true)) {
            return credential
        }
        throw GatewayError(
            .file, "\(flag): \(path) is not a credential file",
            hint: "To create one: gateway admin credential --output FILE")
    }
}
