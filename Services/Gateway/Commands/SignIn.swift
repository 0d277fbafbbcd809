import Kernel
import WalletAPI

enum SignIn {
    static let command = Command(
        "sign-in", "Signs in, and stores the sign-in for later commands.",
        details: "Without a terminal, pass the password in $ONSALE_PASSWORD or with --password-file.",
        calls: [.wallet], operands: [SignUp.name], flags: [Password.file, CommonFlags.zone],
        examples: ["gateway sign-in alice", "gateway sign-in alice --password-file - < secret"],
        run: signIn)

    private static func signIn(_ run: Invocation) async throws(GatewayError) {
        let name = try run.arguments.required(SignUp.name)
        let request = SignInRequest(name: name, password: try Password.read(run, isNew: false))
        try run.store(try await run.call(WalletMethods.signIn, request).session, of: name)
    }
}

extension Invocation {
    /// Stores the credential of a session, and prints its expiry.
    func store(_ session: WalletAPI.Session?, of name: String) throws(GatewayError) {
        guard let session, let user = UserID(bytes: session.userID) else {
            throw GatewayError(.indefinite, "the wallet service sent no credential. Type: gateway sign-in \(name)")
        }
        let credential = StoredCredential(
            name: name, role: .user, user: user, expiry: Timestamp(milliseconds: Int64(clamping: session.expiresAtMs)),
            bytes: session.credential)
        try configuration.store(credential)
        show(
            .object([
                "name": .string(name), "userId": .string("\(user)"), "until": .time(credential.expiry.milliseconds),
            ]), "Signed in as \(name), until \(localTime(credential.expiry.milliseconds)).")
    }
}
