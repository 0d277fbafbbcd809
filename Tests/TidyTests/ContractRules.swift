/// The contracts of the services, and the messages that the generator makes of them.
enum ContractRules {
    /// An entry is a movement of money. No other message has one of these endings in Swift.
    private static let endings = ["View", "Entry", "Summary"]
    private static let movementOfMoney = "Entry"
    /// The contracts of module RPC. Their words are those of the protocol.
    private static let ofRPC: Set = ["actions", "health", "options", "reflection", "rpc"]

    /// A field whose name ends in `_id` is declared as an id, and no service reads an id from bytes except its store.
    static func ids(_ tree: Tree) -> [Violation] {
        let undeclared = contracts(of: tree).flatMap { path in
            tree.lines(path).enumerated().compactMap { index, line -> Violation? in
                guard line.contains(/^ *bytes \w*_id =/), !line.contains("(onsale.rpc.v1.id)") else { return nil }
                return Violation(path: path, line: index + 1, problem: "declare the id with the option id")
            }
        }
        let read = tree.paths(in: ["Services"]).filter {
            $0.contains("Service/Server/") && !$0.contains("/Server/Store/")
        }.flatMap { path in
            SwiftSource(tree.files[path, default: ""]).code.enumerated().compactMap { index, line -> Violation? in
                guard line.contains(/ID\((bytes|field):/) else { return nil }
                return Violation(
                    path: path, line: index + 1, problem: "a message has the id already; do not read bytes")
            }
        }
        return undeclared + read
    }

    /// A field of a request that is called like a secret has the option that keeps it out of logs.
    static func secrets(_ tree: Tree) -> [Violation] {
        contracts(of: tree).flatMap { path -> [Violation] in
            var isRequest = false
            return tree.lines(path).enumerated().compactMap { index, line in
                if let match = line.firstMatch(of: /^ *message (\w+)/) { isRequest = match.1.hasSuffix("Request") }
                guard isRequest,
                    line.contains(/^ *(string|bytes) (\w*_)?(code|credential|pass|password|secret|token) =/),
                    !line.contains("(onsale.rpc.v1.secret) = true")
                else { return nil }
                return Violation(path: path, line: index + 1, problem: "declare the secret with the option secret")
            }
        }
    }

    /// In Swift, a message is a plain noun.
    static func names(_ tree: Tree) -> [Violation] {
        contracts(of: tree).flatMap { path -> [Violation] in
            var found: [(name: String, line: Int)] = []
            for (index, line) in tree.lines(path).enumerated() {
                if let match = line.firstMatch(of: /^ *message (\w+)/) { found.append((String(match.1), index + 1)) }
                if let match = line.firstMatch(of: /swift_type\) = "(\w+)"/), !found.isEmpty {
                    found[found.count - 1].name = String(match.1)
                }
            }
            return found.filter { message in
                let isMoney = path == "proto/wallet.proto" && message.name == movementOfMoney
                return !isMoney && endings.contains(where: message.name.hasSuffix)
            }.map {
                Violation(path: path, line: $0.line, problem: "\($0.name) is no plain noun; add the option swift_type")
            }
        }
    }

    private static func contracts(of tree: Tree) -> [String] {
        tree.paths(in: ["proto"], suffix: ".proto").filter { path in
            !ofRPC.contains { path == "proto/\($0).proto" }
        }
    }
}
