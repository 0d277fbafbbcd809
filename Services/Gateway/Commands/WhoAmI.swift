import Kernel

enum WhoAmI {
    static let command = Command(
        "whoami", "Shows the signed-in user, and when the sign-in expires.", caller: .user, flags: [CommonFlags.zone],
        examples: ["gateway whoami", "gateway whoami --json"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let credential = try run.credential()
        run.show(
            .object([
                "name": .string(credential.name), "role": .string("\(credential.role)"),
                "userId": .string("\(credential.user)"),
                "until": .time(credential.expiry.milliseconds),
            ]),
            "\(credential.name), \(credential.role), signed in until \(run.localTime(credential.expiry.milliseconds))")
    }
}
