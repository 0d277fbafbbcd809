import CommandLine
import Identity
import Journeys
import Kernel

enum CredentialCommand {
    private static let role = Option(
        "role", .choice(["operator", "service"]), "role of the credential; operator if not given")
    private static let valid = Option("valid", .duration, "lifetime; 12h if not given, at most 365d")
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
        let lifetime = try run.arguments.value(valid) ?? defaultLifetime
        guard lifetime <= longestLifetime else {
            throw GatewayError.usage(
                "--valid \(lifetime.optionText) is above the limit of \(longestLifetime.optionText)")
        }
        let roleName = try run.arguments.value(role) ?? "operator"
        let role: Role = roleName == "service" ? .service : .operator
        let output = try run.arguments.value(output)
        guard role == .operator || output != nil else {
            throw GatewayError.usage(
                "--role service needs --output FILE, because the gateway stores operator credentials only")
        }
        let path = try run.arguments.required(KeyCommands.path)
        let keyFile: KeyFile
        do throws(KeyFileError) {
            keyFile = try KeyFile.read(path)
        } catch {
            throw GatewayError(.file, "\(error)")
        }
        let credential = Credential(user: .make(at: run.clock.now), role: role, expiry: run.clock.now + lifetime)
        let stored = StoredCredential(
            name: try run.arguments.value(name) ?? roleName, role: role, user: credential.user,
            expiry: credential.expiry, bytes: Credentials(keyFile).sign(credential))
        if let output {
            try ConfigurationFolder.write(stored.text, to: output)
        } else {
            try run.configuration.store(stored)
        }
        run.show(
            .object([
                "name": .string(stored.name), "role": .string(roleName), "userId": .string("\(stored.user)"),
                "until": .time(stored.expiry.milliseconds), "file": output.map { .string($0) },
            ]),
            "\(stored.name) may act as \(roleName) until \(run.localTime(stored.expiry.milliseconds))"
                + (output.map { ", with --credential \($0)" } ?? "") + ".")
    }
}
