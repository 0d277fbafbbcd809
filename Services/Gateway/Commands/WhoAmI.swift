import Kernel

enum WhoAmI {
    static let command = Command(
        "whoami", "Says who is signed in, and until when.", caller: .user, flags: [CommonFlags.zone],
        examples: ["gateway whoami", "gateway whoami --json"],
        run: show)

    private static func show(_ run: Invocation) async throws(GatewayError) {
        let kept = try run.credential()
        run.show(
            .object([
                "name": .string(kept.name), "role": .string("\(kept.role)"), "userId": .string("\(kept.user)"),
                "until": .time(kept.expiry.milliseconds),
            ]),
            "\(kept.name), \(kept.role), signed in until \(run.shown(kept.expiry.milliseconds))")
    }
}
