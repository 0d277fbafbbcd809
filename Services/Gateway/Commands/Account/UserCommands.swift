import CommandLine
import Journeys
import Kernel
import WalletAPI

/// Finds and shows users, for operators.
enum UserCommands {
    private static let prefix = Operand(optional: "PREFIX", .text("PREFIX"))
    private static let user = Operand("USER", .text("USER"))
    private static let limit = Option("limit", .integer(in: 1...10_000), "limit of users; 50 if not given")

    static let find = Command(
        "admin user find", "Lists the users whose names begin with PREFIX, ordered by name.",
        calls: [.wallet], caller: .operator, operands: [prefix], flags: [limit],
        examples: ["al", "--limit 500 --json"],
        run: { run in
            run.show(
                try await People(run.caller).users(named: run[prefix] ?? "", limit: run[limit] ?? 50), \.json,
                empty: "No user has such a name.", ["NAME", .wrapped("DISPLAY NAME"), "SIGNED UP", "USER"]
            ) { [$0.name, $0.displayName, run.localTime($0.createdAt), "\($0.userID)"] }
        })

    static let show = Command(
        "admin user show", "Shows a user with the balances of the wallet.", details: "USER is a name or an id.",
        calls: [.wallet], caller: .operator, operands: [user], examples: ["alice", "alice --json"],
        run: { run in
            let user = try await People(run.caller).user(run[user])
            let balances = try await Wallet(run.caller, of: user.name).balances()
            let table = Table([.right("AVAILABLE"), .right("SET ASIDE"), "SINCE", "CHANGED"], balances) { balance in
                [
                    Money.text(balance.available, balance.currency), Money.text(balance.pending, balance.currency),
                    run.localTime(balance.createdAt), run.localTime(balance.updatedAt),
                ]
            }
            run.show(
                user.json.adding(["balances": .list(balances, \.json)]),
                """
                \(user.label)
                  id         \(user.userID)
                  signed up  \(run.localTime(user.createdAt))
                  changed    \(run.localTime(user.updatedAt))

                \(balances.isEmpty ? "The wallet is empty." : table.text(run.console))
                """)
        })
}

extension User {
    /// `alice (Alice Müller)`
    var label: String { displayName.isEmpty ? name : "\(name) (\(displayName.printable))" }

    var json: JSON {
        .object([
            "name": .string(name), "displayName": .text(displayName), "userId": .id(userID),
            "createdAt": .time(createdAt), "updatedAt": .time(updatedAt),
        ])
    }
}

extension User? {
    /// The members of a list for operators, beside the id.
    var names: KeyValuePairs<String, JSON?> {
        ["userName": self.map { .string($0.name) }, "displayName": self.flatMap { .text($0.displayName) }]
    }

    /// Name and display name, or the id of a user whose names are not known.
    func label(of id: UserID?) -> String { self?.label ?? id.map { "\($0)" } ?? "" }
}
