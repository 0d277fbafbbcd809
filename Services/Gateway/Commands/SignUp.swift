import Kernel
import WalletAPI

enum SignUp {
    static let name = Operand("NAME", ValueKind<String>.text("NAME"))

    static let command = Command(
        "sign-up", "Makes a user, and signs in.",
        details: """
            The sign-in is kept in the configuration folder of this user of the machine, and the password nowhere. Without a
            terminal the password comes from $ONSALE_PASSWORD or --password-file.
            """,
        calls: [.wallet], operands: [name], flags: [Password.file, CommonFlags.requestID, CommonFlags.zone],
        examples: ["gateway sign-up alice", "gateway sign-up alice --password-file - < secret"],
        run: signUp)

    private static func signUp(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.required(name)
        let request = SignUpRequest(name: name, password: try Password.read(run, isNew: true))
        let reply = try await run.call(WalletMethods.signUp, request, requestID: try run.newRequestID())
        try run.keep(reply.session, of: name)
    }
}

enum SignIn {
    static let command = Command(
        "sign-in", "Signs in, and keeps it for the commands that follow.",
        details: "Without a terminal the password comes from $ONSALE_PASSWORD or --password-file.",
        calls: [.wallet], operands: [SignUp.name], flags: [Password.file, CommonFlags.zone],
        examples: ["gateway sign-in alice", "gateway sign-in alice --password-file - < secret"],
        run: signIn)

    private static func signIn(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.required(SignUp.name)
        let request = SignInRequest(name: name, password: try Password.read(run, isNew: false))
        try run.keep(try await run.call(WalletMethods.signIn, request).session, of: name)
    }
}

extension Invocation {
    fileprivate func keep(_ session: WalletAPI.Session?, of name: String) throws(GatewayError) {
        guard let session, let user = UserID(bytes: session.userID) else {
            throw GatewayError(.indefinite, "the wallet service gave no credential; sign in to get one")
        }
        let kept = KeptCredential(
            name: name, role: .user, user: user, expiry: Timestamp(milliseconds: Int64(clamping: session.expiresAtMs)),
            bytes: session.credential)
        try home.keep(kept)
        show(
            .object([
                "name": .string(name), "userId": .string("\(user)"), "until": .time(kept.expiry.milliseconds),
            ]), "Signed in as \(name), until \(shown(kept.expiry.milliseconds)).")
    }
}
