import CommandLine
import Identity
import Kernel

/// Creates the key file, and replaces its keys step by step.
enum KeyCommands {
    static let path = Option("keys", .path, "key file of the services", variable: "ONSALE_KEYS")
    private static let kind = Operand("KIND", ValueKind<String>.choice(KeyFile.Kind.allCases.map(\.rawValue)))
    private static let id = Operand(
        "ID",
        ValueKind<KeyID>(placeholder: "ID", allowed: "the id of a key. See: gateway admin keys list") { KeyID($0) })

    static let create = Command(
        "admin keys create", "Creates a key file. Never changes an existing file.",
        flags: [path], examples: ["gateway admin keys create --keys keys"],
        run: { run in
            show(try change(run) { try KeyFile.create(at: $0) }, run)
        })

    static let list = Command(
        "admin keys list", "Lists the keys by kind and id, and which of them sign. Never prints a secret.",
        flags: [path], examples: ["gateway admin keys list --keys data/keys"],
        run: { run in
            show(try change(run) { try KeyFile.read($0) }, run)
        })

    static let stage = Command(
        "admin keys stage", "Adds a key that verifies, but does not sign yet: step 1 of 3.",
        details: """
            A key is replaced in three steps: stage a new key, promote it, and drop the old key after everything it
            signed has expired. Restart the services after each step. KIND is auth (credentials and passes) or ticket.
            """,
        operands: [kind], flags: [path], examples: ["gateway admin keys stage auth --keys data/keys"],
        run: { run in
            let kind = try readKind(run)
            try edit(run) { try $0.stage(kind) }
        })

    static let promote = Command(
        "admin keys promote", "Makes a key the signing key of its kind: step 2 of 3.",
        operands: [kind, id], flags: [path], examples: ["gateway admin keys promote auth 3f2a9c01 --keys data/keys"],
        run: { run in
            let (kind, id) = (try readKind(run), try run.arguments.required(id))
            try edit(run) { try $0.promote(id, of: kind) }
        })

    static let drop = Command(
        "admin keys drop", "Removes a key, and invalidates everything that it signed: step 3 of 3.",
        operands: [kind, id], flags: [path, CommonFlags.yes],
        examples: ["gateway admin keys drop auth 3f2a9c01 --keys data/keys --yes"],
        run: { run in
            let (kind, id) = (try readKind(run), try run.arguments.required(id))
            try run.questions.requireConfirmation(
                "Remove \(kind) key \(id), and invalidate everything that it signed?",
                unchanged: "the key was not removed")
            try edit(run) { try $0.drop(id, of: kind) }
        })

    private static func readKind(_ run: Invocation) throws(GatewayError) -> KeyFile.Kind {
        KeyFile.Kind(rawValue: try run.arguments.required(kind)) ?? .auth
    }

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

    private static func change(_ run: Invocation, _ body: (String) throws -> KeyFile) throws -> KeyFile {
        do {
            return try body(try run.arguments.required(path))
        } catch let error as KeyFileError {
            switch error {
            case .noSuchKey, .noKeys, .tooManyKeys: throw GatewayError.refused("\(error)")
            default: throw GatewayError(.file, "\(error)")
            }
        }
    }

    private static func show(_ keys: KeyFile, _ run: Invocation) {
        let all = KeyFile.Kind.allCases.flatMap { kind in keys.ids(of: kind).map { (kind: kind, id: $0) } }
        func signs(_ key: (kind: KeyFile.Kind, id: KeyID)) -> Bool { keys.ids(of: key.kind).first == key.id }
        func json(_ key: (kind: KeyFile.Kind, id: KeyID)) -> JSON {
            .object(["kind": .string(key.kind.rawValue), "id": .string("\(key.id)"), "signs": .bool(signs(key))])
        }
        run.show(all, json, [("KIND", .left), ("ID", .left), ("USE", .left)]) { key in
            [key.kind.rawValue, "\(key.id)", signs(key) ? "signs" : "verifies"]
        }
    }
}
