/// The SQL of the services.
enum StatementRules {
    private static let beginnings = ["select ", "insert into ", "update ", "delete from "]

    /// Every statement of a context lies in `Store/`.
    static func places(_ tree: Tree) -> [Violation] {
        lines(of: tree).filter { line in
            !line.path.contains("/Server/Store/") && beginnings.contains { line.text.hasPrefix($0) }
        }.map { Violation(path: $0.path, line: $0.line, problem: "SQL belongs to Server/Store") }
    }

    /// A state is written as the case of its enum. Schemas are older than the next change of an enum.
    static func states(_ tree: Tree) -> [Violation] {
        let comparison = /(?:^|[^a-z_])(state|outcome|decided) *(=|<>|<=|>=|<|>|in|between) *\(? *\d/
        return lines(of: tree).filter { line in
            line.path.contains("/Server/Store/") && !line.path.hasSuffix("Schema.swift")
                && line.text.contains(comparison)
        }.map { Violation(path: $0.path, line: $0.line, problem: "write \\(Enum.case) for the number of a state") }
    }

    /// A bound on rows has a name.
    static func limits(_ tree: Tree) -> [Violation] {
        lines(of: tree).filter { $0.text.contains(/(?:^|[^a-z_])limit \d/) }.map {
            Violation(path: $0.path, line: $0.line, problem: "bind the limit of the query, or name it")
        }
    }

    /// The lines of string literals in the services.
    private static func lines(of tree: Tree) -> [(path: String, line: Int, text: String)] {
        tree.paths(in: ["Services"]).filter { $0.contains("Service/Server/") }.flatMap { path in
            SwiftSource(tree.files[path, default: ""]).prose.map { (path, $0.line, $0.text) }
        }
    }
}
