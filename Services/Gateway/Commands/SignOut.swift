import Kernel

enum SignOut {
    static let command = Command(
        "sign-out", "Removes the stored sign-in from this machine.",
        details: "The record of recent places, reservations and payments stays for the next sign-in of the same user.",
        examples: ["gateway sign-out"],
        run: signOut)

    private static func signOut(_ run: Invocation) async throws(GatewayError) {
        let name = try run.configuration.credential(of: .user)?.name
        try run.configuration.removeCredential(of: .user)
        run.show(
            .object(["signedOut": name.map { .string($0) } ?? .null]),
            name.map { "Signed out: \($0)." } ?? "You were not signed in.")
    }
}
