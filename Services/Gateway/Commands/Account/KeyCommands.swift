import CommandLine
import Display
import Identity
import Journeys
import Kernel

/// Creates the key file, replaces its keys step by step, and creates credentials from it.
enum KeyCommands {
    static let path = Option("keys", .path, "key file of the services", variable: "ONSALE_KEYS")
    private static let kind = Operand("KIND", ValueKind<KeyFile.Kind>.choice)
    private static let id = Operand(
        "ID", ValueKind(placeholder: "ID", allowed: "the id of a key. See: gateway admin keys list") { KeyID($0) })

    static let create = Command(
        "admin keys create", "Creates a key file. Never changes an existing file.",
        flags: [path], examples: ["--keys keys"],
        run: { run in show(try change(run) { try KeyFile.create(at: $0) }, run) })

    static let list = Command(
        "admin keys list", "Lists the keys by kind and id, and which of them sign. Never prints a secret.",
        flags: [path], examples: ["--keys data/keys"],
        run: { run in show(try change(run) { try KeyFile.readAny($0) }, run) })

    static let stage = Command(
        "admin keys stage", "Adds a key that verifies, but does not sign yet: step 1 of 3.",
        details: """
            A key is replaced in three steps: stage a new key, promote it, and drop the old key after everything it
            signed has expired. Restart the services after each step. KIND is auth (credentials and passes), ticket
            (ticket codes), line (the log of the waiting line) or ca (certificates).
            """,
        operands: [kind], flags: [path], examples: ["auth --keys data/keys"],
        run: { run in try edit(run) { try $0.stage(run[kind]) } })

    static let promote = Command(
        "admin keys promote", "Makes a key the signing key of its kind: step 2 of 3.",
        operands: [kind, id], flags: [path], examples: ["auth 3f2a9c01 --keys data/keys"],
        run: { run in try edit(run) { try $0.promote(run[id], of: run[kind]) } })

    static let drop = Command(
        "admin keys drop", "Removes a key, and invalidates everything that it signed: step 3 of 3.",
        operands: [kind, id], flags: [path, CommonFlags.yes], examples: ["auth 3f2a9c01 --keys data/keys --yes"],
        run: { run in
            try run.questions.requireConfirmation(
                "Remove \(run[kind]) key \(run[id]), and invalidate everything that it signed?",
                unchanged: "the key was not removed")
            try edit(run) { try $0.drop(run[id], of: run[kind]) }
        })

    private static func edit(_ run: Invocation, _ step: (inout KeyFile) throws -> Void) throws {
        let keys = try change(run) { path in
            var keys = try KeyFile.read(path)
            try step(&keys)
            try keys.replace(path)
            return keys
        }
        show(keys, run)
        run.note("Next: restart the services, one after the other.")
    }

    static func change(_ run: Invocation, _ body: (String) throws -> KeyFile) throws -> KeyFile {
        do {
            return try body(try run.required(path))
        } catch let error as KeyFileError {
            switch error {
            case .noSuchKey, .noKeys, .tooManyKeys, .ofOneProgram: throw GatewayError.refused("\(error)")
            default: throw GatewayError(.file, "\(error)")
            }
        }
    }

    private static func show(_ keys: KeyFile, _ run: Invocation) {
        run.show(
            keys.list, { .object(["kind": .string($0.word), "id": .string("\($0.id)"), "signs": .bool($0.signs)]) },
            ["KIND", "ID", "USE"]
        ) { [$0.word, "\($0.id)", $0.signs ? "signs" : "verifies"] }
    }

    private enum CredentialKind: String, CaseIterable {
        case `operator`, service

        var role: Role { self == .service ? .service : .operator }
    }

    private static let role = Option(
        "role", ValueKind<CredentialKind>.choice, "role of the credential; operator if not given")
    private static let duties = Option("duties", .duties, "duties of the operator; all if not given")
    private static let valid = Option(
        "valid", .duration(in: .milliseconds(1)...longestLifetime), "lifetime; 12h if not given, at most 365d")
    private static let name = Option("name", .text("NAME"), "name shown by the gateway; the role if not given")
    private static let output = Option(
        "output", .path, "write the credential to this file instead of storing it for the admin commands")

    private static let defaultLifetime = Duration.hours(12)
    private static let longestLifetime = Duration.days(365)

    static let credential = Command(
        "admin credential", "Creates an operator credential from the key file, and stores it for the admin commands.",
        details: """
            Calls no service: read access to the key file is enough to act as operator, also as an owner. Use it to make
            the first owner, and when no owner can sign in. The log of actions names the key file in place of a login.
            A credential is valid until it expires. To invalidate all credentials, replace the auth key: gateway admin
            keys.
            """,
        flags: [path, role, duties, valid, name, output, CommonFlags.zone],
        examples: ["--keys data/keys", "--keys data/keys --duties gate --valid 1h --output gate.credential"],
        run: { run in try makeCredential(run) })

    private static func makeCredential(_ run: Invocation) throws {
        let kind = run[role] ?? .operator
        let output = run[output]
        guard kind == .operator || output != nil else {
            throw GatewayError.usage(
                "--role service needs --output FILE, because the gateway stores operator credentials only")
        }
        guard kind == .operator || run[duties] == nil else {
            throw GatewayError.usage("\(duties.flag) is for operators. Leave it out for \(role.flag) \(kind.rawValue)")
        }
        let keyFile = try change(run) { try KeyFile.read($0) }
        let credential = Credential(
            user: .make(at: run.clock.now), role: kind.role,
            duties: kind == .operator ? run[duties] ?? .all : [],
            expiry: run.clock.now + (run[valid] ?? defaultLifetime))
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
