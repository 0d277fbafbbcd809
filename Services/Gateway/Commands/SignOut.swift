import Kernel

enum SignOut {
    static let command = Command(
        "sign-out", "Forgets the kept sign-in on this machine.",
        details: "What was done last is still remembered for the next sign-in under the same name.",
        examples: ["gateway sign-out"],
        run: signOut)

    private static func signOut(_ run: Invocation) async throws(GatewayError) {
        let name = try run.home.credential(of: .user)?.name
        try run.home.forget(.user)
        run.show(
            .object(["signedOut": name.map { .string($0) } ?? .null]),
            name.map { "Signed out: \($0)." } ?? "Nobody was signed in.")
    }
}
