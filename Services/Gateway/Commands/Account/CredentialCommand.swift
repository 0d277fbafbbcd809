import CommandLine
import Identity
import Journeys
import Kernel

enum CredentialCommand {
    private enum Kind: String, CaseIterable {
        case `operator`, service

        var role: Role { self == .service ? .service : .operator }
    }

    private static let role = Option("role", ValueKind<Kind>.choice, "role of the credential; operator if not given")
    private static let valid = Option(
        "valid", .duration(in: .milliseconds(1)...longestLifetime), "lifetime; 12h if not given, at most 365d")
    private static let name = Option("name", .text("NAME"), "name shown by the gateway; the role if not given")
    private static let output = Option(
        "output", .path, "write the credential to this file instead of storing it for the admin commands")

    private static let defaultLifetime = Duration.hours(12)
    private static let longestLifetime = Duration.days(365)

    static let command = Command(
        "admin credential", "Creates an operator credential from the key file, and stores it for the admin commands.",
        details: """
            Calls no service: read access to the key file is enough to act as operator. A credential is valid until it
            expires. To invalidate all credentials, replace the auth key: gateway admin keys.
            """,
        flags: [KeyCommands.path, role, valid, name, output, CommonFlags.zone],
        examples: [
            "gateway admin credential --keys data/keys",
            "gateway admin credential --keys data/keys --valid 1h --output gate.credential",
        ],
        run: make)

    private static func make(_ run: Invocation) async throws {
        let kind = run[role] ?? .operator
        let output = run[output]
        guard kind == .operator || output != nil else {
            throw GatewayError.usage(
                "--role service needs --output FILE, because the gateway stores operator credentials only")
        }
        let keyFile = try KeyCommands.change(run) { try KeyFile.read($0) }
        let credential = Credential(
            user: .make(at: run.clock.now), role: kind.role, expiry: run.clock.now + (run[valid] ?? defaultLifetime))
        let stored = StoredCredential(
            name: run[name] ?? kind.rawValue, role: kind.role, user: credential.user,
            expiry: credential.expiry, bytes: Credentials(keyFile).sign(credential))
        if let output {
            try ConfigurationFolder.write(stored.text, to: output)
        } else {
            try run.configuration.store(stored)
        }
        run.show(
            stored.json.adding(["role": .string(kind.rawValue), "file": output.map { .string($0) }]),
            "\(stored.name) may act as \(kind.rawValue) until \(run.zone.text(of: stored.expiry))"
                + (output.map { ", with --credential \($0)" } ?? "") + ".")
    }
}
