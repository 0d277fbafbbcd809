import CommandLine
import Display
import Journeys
import Kernel
import Messages
import RPC
import WalletAPI

/// Signs users up, in and out.
enum AccountCommands {
    private static let withoutTerminal =
        "Without a terminal, pass the password in $ONSALE_PASSWORD or with --password-file."

    static let signUp = command(
        "sign-up", "Creates a user, and signs in.",
        "The sign-in is stored in the configuration folder. The password is not stored. \(withoutTerminal)",
        flags: [displayName, CommonFlags.requestID], isNew: true
    ) { run, name, password in
        try await People(run.caller).signUp(name, password: password, displayName: run[displayName] ?? "")
    }

    private static let displayName = Option(
        "display-name", .text("TEXT"), "name that operators see beside NAME: up to 80 characters of any script")

    static let signIn = command(
        "sign-in", "Signs in, and stores the sign-in for later commands.",
        "The commands renew the sign-in by themselves until it was unused for 30 days. \(withoutTerminal)",
        flags: [], isNew: false
    ) { try await People($0.caller).signIn($1, password: $2, as: .user) }

    static let signInAsOperator = command(
        "admin sign-in", "Signs in as an operator, and stores the sign-in for the admin commands.",
        """
        An owner grants duties to users: gateway admin operator grant. The sign-in lasts 12 hours. The commands renew its
        credential by themselves. \(withoutTerminal)
        """, flags: [], isNew: false
    ) { try await People($0.caller).signIn($1, password: $2, as: .operator) }

    private static func command(
        _ name: String, _ summary: String, _ details: String, flags: [any AnyOption], isNew: Bool,
        _ enter:
            @escaping @Sendable (Invocation, _ name: String, _ password: String) async throws -> StoredCredential
    ) -> Command {
        Command(
            name, summary, details: details, calls: [.wallet], operands: [Operands.name],
            flags: [Password.file] + flags, examples: ["alice", "gateway \(name) alice --password-file - < secret"],
            run: { run in
                // Fails before the first question.
                try checkName(run[Operands.name])
                var name = run[Operands.name]
                if isNew, Password.isAsked(by: run) {
                    name = try await withFreeName(run, name) { name in
                        try await People(run.caller).checkName(name)
                        return name
                    }
                }
                let password = try Password.read(run, isNew: isNew)
                let credential = try await withFreeName(run, name) { try await enter(run, $0, password) }
                try run.configuration.store(credential)
                run.show(
                    credential.json, "Signed in as \(credential.name), until \(run.zone.text(of: credential.end)).")
            })
    }

    /// Runs `enter` with `name`. If it is taken, asks in a terminal for another one and keeps the password.
    private static func withFreeName<Value>(
        _ run: Invocation, _ name: String, _ enter: (_ name: String) async throws -> Value
    ) async throws -> Value {
        var name = name
        while true {
            do {
                return try await enter(name)
            } catch let failure as CallFailure
                where failure.isBecause(WalletReason.nameTaken) && run.questions.canAsk
            {
                name = try run.questions.ask("The name \(name) is taken. Another name:") {
                    answer throws(GatewayError) in
                    do throws(GatewayError) { try checkName(answer) } catch { throw .usage(error.message) }
                    return answer
                }
            }
        }
    }

    /// The rule of the contract for names of users.
    private static func checkName(_ name: String) throws(GatewayError) {
        let longEnough = "a password"
        do throws(MessageError) { try SignUpRequest(name: name, password: longEnough).check() } catch {
            throw GatewayError(
                .refused, "\(FieldSource.name(of: error.field)) \(name.printable) \(error.problem)",
                reason: CallReason.invalidField.rawValue)
        }
    }

    static let whoAmI = Command(
        "whoami", "Shows the signed-in user, and when the sign-in expires.",
        details: "It asks the wallet service for the user.", calls: [.wallet],
        caller: .user, examples: ["", "--json"],
        run: { run in
            let credential = try await run.ownCredential()
            let user = try await ownUser(run)
            run.show(
                credential.json.adding([
                    "role": .string("\(credential.role)"), "displayName": user.flatMap { .text($0.displayName) },
                    "createdAt": .time(user?.createdAt), "updatedAt": .time(user?.updatedAt),
                ]),
                "\(user?.label ?? credential.name), \(credential.role), signed in until "
                    + run.zone.text(of: credential.end))
        })

    /// Nil if the wallet service is away, or does not know the user of a credential that was made with the key file.
    private static func ownUser(_ run: Invocation) async throws -> User? {
        do {
            return try await People(run.caller).user()
        } catch let failure as CallFailure where failure.isBecause(WalletReason.userUnknown) {
            return nil
        } catch let failure as CallFailure where failure.outcome != .notAllowed {
            run.note("This is not confirmed: \(run.error(failure).problem)")
            return nil
        }
    }
}

extension StoredCredential {
    var json: JSON {
        .object(["name": .string(name), "userId": .string("\(user)"), "until": .time(end)])
    }
}
