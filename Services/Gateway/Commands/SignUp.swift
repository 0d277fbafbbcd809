import Kernel
import WalletAPI

enum SignUp {
    static let name = Operand("NAME", ValueKind<String>.text("NAME"))

    static let command = Command(
        "sign-up", "Creates a user, and signs in.",
        details: """
            The sign-in is stored in the configuration folder. The password is not stored. Without a terminal, pass the
            password in $ONSALE_PASSWORD or with --password-file.
            """,
        calls: [.wallet], operands: [name], flags: [Password.file, CommonFlags.requestID, CommonFlags.zone],
        examples: ["gateway sign-up alice", "gateway sign-up alice --password-file - < secret"],
        run: signUp)

    private static func signUp(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.required(name)
        let request = SignUpRequest(name: name, password: try Password.read(run, isNew: true))
        let reply = try await run.call(WalletMethods.signUp, request, requestID: try run.newRequestID())
        try run.store(reply.session, of: name)
    }
}
