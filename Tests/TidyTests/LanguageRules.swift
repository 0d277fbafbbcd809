/// Plain English in comments, strings and test names.
enum LanguageRules {
    static let folders = ["Services", "Shared", "Tests", "deploy", "proto", "README.md"]

    /// Words and phrases of the old dialect, with the plain ones.
    private static let dialect: [(phrase: String, plain: String)] = [
        ("somebody", "a user, a caller, another user"), ("whoever", "a user who, the caller that"),
        ("whomever", "any instance"), ("hears", "receives or is notified"),
        ("is told", "is notified or receives"), ("come to nothing", "fail"), ("came to nothing", "failed"),
        ("at home", "on its own event loop"), ("for the time being", "until"), ("as it was made", "its settings"),
        ("what is wrong with", "the problem of"), ("and nobody else", "only"),
    ]

    /// Words that mark unfinished work.
    private static let unfinished = ["TODO", "FIXME", "XXX:", "HACK"]

    static func dialect(_ tree: Tree) -> [Violation] {
        // The rule itself has to quote the phrases.
        prose(of: tree, in: folders).filter { !$0.path.hasPrefix("Tests/TidyTests/") }.compactMap { path, line, text in
            let words = " " + text.lowercased() + " "
            guard let found = dialect.first(where: { words.contains(word: $0.phrase) }) else { return nil }
            return Violation(path: path, line: line, problem: "“\(found.phrase)” is not plain; write: \(found.plain)")
        }
    }

    static func unfinished(_ tree: Tree) -> [Violation] {
        prose(of: tree, in: Folders.swift).filter { !$0.path.hasPrefix("Tests/TidyTests/") }.compactMap {
            path, line, text in
            guard let word = unfinished.first(where: { text.contains($0) }) else { return nil }
            return Violation(path: path, line: line, problem: "\(word) marks unfinished work; finish it")
        }
    }

    /// Comments, strings and raw identifiers of Swift, comments of contracts, and every line of a README.
    private static func prose(of tree: Tree, in folders: [String]) -> [(path: String, line: Int, text: String)] {
        let swift = tree.paths(in: folders).flatMap { path in
            let source = SwiftSource(tree.files[path, default: ""])
            let names = source.code.enumerated().compactMap { index, line in
                line.contains("func `") ? (line: index + 1, text: line) : nil
            }
            return (source.prose + names).map { (path, $0.line, $0.text) }
        }
        let documents = tree.paths(in: folders, suffix: ".md").flatMap { path in
            tree.lines(path).enumerated().map { (path, $0 + 1, String($1)) }
        }
        let contracts = tree.paths(in: folders, suffix: ".proto").flatMap { path in
            tree.lines(path).enumerated().compactMap { index, line in
                line.firstRange(of: "//").map { (path, index + 1, String(line[$0.upperBound...])) }
            }
        }
        return swift + documents + contracts
    }
}

extension String {
    /// True if `phrase` occurs as whole words.
    fileprivate func contains(word phrase: String) -> Bool {
        ranges(of: phrase).contains { range in
            let before = range.lowerBound == startIndex ? " " : self[index(before: range.lowerBound)]
            let after = range.upperBound == endIndex ? " " : self[range.upperBound]
            return !before.isLetter && !after.isLetter
        }
    }
}
