import CommandLine
import Journeys
import Kernel
import RPC
import WalletAPI

/// Grants duties to users, and takes them back.
enum OperatorCommands {
    private static let duty = Operand("DUTY", .duty)

    static let grant = Command(
        "admin operator grant", "Grants a duty to a user.",
        details: """
            owner: everything, and granting duties. sales: rooms, concerts, dates, seats, money. gate: check-in. read:
            reports and audits. The user signs in again with: gateway admin sign-in. To make the first owner, create a
            credential from the key file: gateway admin credential
            """,
        calls: [.wallet], caller: .operator, operands: [Operands.name, duty], flags: [CommonFlags.requestID],
        examples: ["alice sales"],
        run: { run in show(try await People(run.caller).grant(run[duty], to: run[Operands.name]), run) })

    static let revoke = Command(
        "admin operator revoke", "Takes a duty back from a user.",
        details: "The user loses it when the present credential expires, after 5 minutes at the latest.",
        calls: [.wallet], caller: .operator, operands: [Operands.name, duty], flags: [CommonFlags.requestID],
        examples: ["alice sales"],
        run: { run in show(try await People(run.caller).revoke(run[duty], from: run[Operands.name]), run) })

    static let list = Command(
        "admin operator list", "Lists the users with duties, and those who had some.", calls: [.wallet],
        caller: .operator, examples: ["", "--json"],
        run: { run in
            run.show(
                try await People(run.caller).operators(), \.json,
                empty: "There are no operators. To make one: gateway admin operator grant NAME owner",
                ["NAME", .wrapped("DISPLAY NAME"), "DUTIES", "SINCE", "USER"]
            ) { [$0.name, $0.displayName, $0.dutyText, run.localTime($0.changedAt), "\($0.userID)"] }
        })

    private static func show(_ login: OperatorLogin, _ run: Invocation) {
        run.show(login.json, "\(login.name) has: \(login.dutyText).")
    }
}

extension OperatorLogin {
    fileprivate var dutyText: String { "\(Duties(fields: duties))" }

    fileprivate var json: JSON {
        .object([
            "name": .string(name), "displayName": .text(displayName), "userId": .id(userID),
            "duties": .list(Duties(fields: duties).each) { .string("\($0)") }, "changedAt": .time(changedAt),
        ])
    }
}
