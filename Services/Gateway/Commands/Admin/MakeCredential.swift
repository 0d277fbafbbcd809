import Identity
import Kernel

enum MakeCredential {
    private static let role = Flag("--role", .choice(["operator", "service"]), "whom it makes; operator if not given")
    private static let valid = Flag("--valid", .duration, "how long it holds; 12h if not given, at most 365d")
    private static let name = Flag("--name", .text("NAME"), "who it is, for yourself to read; operator if not given")
    private static let output = Flag(
        "--output", .path, "write it to this file instead of keeping it for the admin commands")

    private static let usual = Duration.hours(12)
    private static let longest = Duration.days(365)

    static let command = Command(
        "admin credential", "Makes a credential for operators from the key file, and keeps it for the admin commands.",
        details: """
            Calls no service: whoever can read the key file is an operator. A credential cannot be taken back before its
            time; to end all of them, replace the key.
            """,
        flags: [AdminKeys.path, role, valid, name, output, CommonFlags.zone],
        examples: [
            "gateway admin credential --keys data/keys",
            "gateway admin credential --keys data/keys --valid 1h --output gate.credential",
        ],
        run: make)

    private static func make(_ run: Invocation) async throws(GatewayError) {
        let life = try run.arguments.value(valid) ?? usual
        guard life <= longest else { throw .usage("--valid is at most 365d") }
        let roleName = try run.arguments.value(role) ?? "operator"
        let role: Role = roleName == "service" ? .service : .operator
        let output = try run.arguments.value(output)
        guard role == .operator || output != nil else { throw .usage("--role service needs --output FILE") }
        let path = try run.arguments.required(AdminKeys.path)
        let keyFile: KeyFile
        do throws(KeyFileError) {
            keyFile = try KeyFile.read(path)
        } catch {
            throw GatewayError(.file, "\(error)")
        }
        let credential = Credential(user: .make(at: run.clock.now), role: role, expiry: run.clock.now + life)
        let kept = KeptCredential(
            name: try run.arguments.value(name) ?? roleName, role: role, user: credential.user,
            expiry: credential.expiry, bytes: Credentials(keyFile).sign(credential))
        if let output { try Home.write(kept.text, to: output) } else { try run.home.keep(kept) }
        run.show(
            .object([
                "name": .string(kept.name), "role": .string(roleName), "userId": .string("\(kept.user)"),
                "until": .time(kept.expiry.milliseconds), "file": output.map { .string($0) },
            ]),
            "\(kept.name) may act as \(roleName) until \(run.shown(kept.expiry.milliseconds))"
                + (output.map { ", with --credential \($0)" } ?? "") + ".")
    }
}
