/// The shape of the tree: which folders exist, how files are called, and what they import.
enum ShapeRules {
    private static let topLevel: Set<String> = [
        "LICENSE", "Package.swift", "README.md", "Services", "Shared", "Tests", "deploy", "proto",
    ]
    /// Words that say nothing about the content of a file.
    private static let emptyNames = [
        "Extensions", "Types", "Utils", "Constants", "Manager", "Helper", "Helpers", "Common", "Base", "Impl",
    ]

    /// The top level holds eight names and files that begin with a dot.
    static func topLevel(_ tree: Tree) -> [Violation] {
        Set(tree.files.keys.map { String($0.prefix { $0 != "/" }) })
            .filter { !topLevel.contains($0) && !$0.hasPrefix(".") }.sorted()
            .map { Violation(path: $0, line: 0, problem: "does not belong to the top level of the repository") }
    }

    static func emptyNames(_ tree: Tree) -> [Violation] {
        tree.paths(in: Folders.swift).compactMap { path in
            let name = path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
            guard let word = emptyNames.first(where: { name.hasSuffix($0) }) else { return nil }
            return Violation(
                path: path, line: 0, problem: "\(word) says nothing; name the file after its main type or RPC")
        }
    }

    /// Production code does without Foundation, a domain imports Kernel only, and Kernel imports nothing.
    static func imports(_ tree: Tree) -> [Violation] {
        tree.paths(in: Folders.production).flatMap { path in
            SwiftSource(tree.files[path, default: ""]).code.enumerated().compactMap { index, line in
                let words = line.split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1,
                    words[..<keyword].allSatisfy({ $0.hasPrefix("@") || ["package", "public", "private"].contains($0) }
                    ),
                    let problem = problem(importing: words[words.count - 1], in: path)
                else { return nil }
                return Violation(path: path, line: index + 1, problem: problem)
            }
        }
    }

    private static func problem(importing module: Substring, in path: String) -> String? {
        if module == "Foundation" { return "production code does without Foundation" }
        if path.hasPrefix("Shared/Kernel/") { return "Kernel imports nothing" }
        let parts = path.split(separator: "/")
        if parts.first == "Services", parts.count > 3, parts[2] == "Domain", module != "Kernel" {
            return "a domain imports Kernel only: no clock and no I/O"
        }
        return nil
    }
}
