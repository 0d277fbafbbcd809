import Identity
import Kernel

/// The key file: making one, and replacing its keys step by step.
enum AdminKeys {
    static let path = Flag("--keys", .path, "the key file that the services share", variable: "ONSALE_KEYS")
    private static let kind = Operand("KIND", ValueKind<String>.choice(KeyFile.Kind.allCases.map(\.rawValue)))
    private static let id = Operand(
        "ID", ValueKind<KeyID>(placeholder: "ID", allowed: "the id of a key, which admin keys list shows") { KeyID($0) }
    )

    static let create = Command(
        "admin keys create", "Makes a key file; never touches one that exists.",
        flags: [path], examples: ["gateway admin keys create --keys keys"],
        run: { run async throws(GatewayError) in
            try show(try change(run) { path throws(KeyFileError) in try KeyFile.create(at: path) }, run)
        })

    static let list = Command(
        "admin keys list", "Lists the keys by kind and id, and says which sign; never shows a secret.",
        flags: [path], examples: ["gateway admin keys list --keys data/keys"],
        run: { run async throws(GatewayError) in
            try show(try change(run) { path throws(KeyFileError) in try KeyFile.read(path) }, run)
        })

    static let stage = Command(
        "admin keys stage", "Adds a new key that verifies and does not sign yet: the first of three steps.",
        details: """
            A key is replaced in three steps, each followed by a restart of the services: stage a new one, promote it, and
            drop the old one when what it signed has expired. KIND is auth (credentials and passes) or ticket.
            """,
        operands: [kind], flags: [path], examples: ["gateway admin keys stage auth --keys data/keys"],
        run: { run async throws(GatewayError) in
            let kind = try readKind(run)
            try edit(run) { keys throws(KeyFileError) in try keys.stage(kind) }
        })

    static let promote = Command(
        "admin keys promote", "Makes a key the one that signs: the second of three steps.",
        operands: [kind, id], flags: [path], examples: ["gateway admin keys promote auth 3f2a9c01 --keys data/keys"],
        run: { run async throws(GatewayError) in
            let (kind, id) = (try readKind(run), try run.arguments.required(id))
            try edit(run) { keys throws(KeyFileError) in try keys.promote(id, of: kind) }
        })

    static let drop = Command(
        "admin keys drop", "Forgets a key, and with it everything it has signed: the last of three steps.",
        operands: [kind, id], flags: [path, CommonFlags.yes],
        examples: ["gateway admin keys drop auth 3f2a9c01 --keys data/keys --yes"],
        run: { run async throws(GatewayError) in
            let (kind, id) = (try readKind(run), try run.arguments.required(id))
            try run.makeSure(
                "Forget \(kind) key \(id), and refuse what it has signed?", otherwise: "the key is still there")
            try edit(run) { keys throws(KeyFileError) in try keys.drop(id, of: kind) }
        })

    private static func readKind(_ run: Invocation) throws(GatewayError) -> KeyFile.Kind {
        KeyFile.Kind(rawValue: try run.arguments.required(kind)) ?? .auth
    }

    private static func edit(
        _ run: Invocation, _ step: (inout KeyFile) throws(KeyFileError) -> Void
    ) throws(GatewayError) {
        let keys = try change(run) { path throws(KeyFileError) in
            var keys = try KeyFile.read(path)
            try step(&keys)
            try keys.replace(path)
            return keys
        }
        try show(keys, run)
        run.note("Now restart the services, one after the other.")
    }

    private static func change(
        _ run: Invocation, _ body: (String) throws(KeyFileError) -> KeyFile
    ) throws(GatewayError) -> KeyFile {
        let path = try run.arguments.required(path)
        do throws(KeyFileError) {
            return try body(path)
        } catch {
            switch error {
            case .noSuchKey, .noKeys, .tooManyKeys: throw .refused("\(error)")
            default: throw GatewayError(.file, "\(error)")
            }
        }
    }

    private static func show(_ keys: KeyFile, _ run: Invocation) throws(GatewayError) {
        let all = KeyFile.Kind.allCases.flatMap { kind in keys.ids(of: kind).map { (kind: kind, id: $0) } }
        func signs(_ key: (kind: KeyFile.Kind, id: KeyID)) -> Bool { keys.ids(of: key.kind).first == key.id }
        var table = Table([("KIND", .left), ("ID", .left), ("USE", .left)])
        for key in all { table.add([key.kind.rawValue, "\(key.id)", signs(key) ? "signs" : "verifies"]) }
        run.show(
            .list(all) { key in
                .object([
                    "kind": .string(key.kind.rawValue), "id": .string("\(key.id)"), "signs": .bool(signs(key)),
                ])
            }, table.text(run.console))
    }
}
