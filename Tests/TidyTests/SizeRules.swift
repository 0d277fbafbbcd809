/// Bounds on the size of hand-written Swift.
enum SizeRules {
    static let maximumFileLines = 300
    static let maximumFunctionLines = 50

    static func longFiles(_ tree: Tree) -> [Violation] {
        tree.paths(in: Folders.swift).compactMap { path in
            let count = tree.lines(path).count
            guard count > maximumFileLines else { return nil }
            return Violation(
                path: path, line: 0, problem: "has \(count) lines; split it, \(maximumFileLines) are the most")
        }
    }

    static func longFunctions(_ tree: Tree) -> [Violation] {
        tree.paths(in: Folders.swift).flatMap { path in
            functions(in: SwiftSource(tree.files[path, default: ""])).compactMap { function in
                guard function.lineCount > maximumFunctionLines else { return nil }
                return Violation(
                    path: path, line: function.line,
                    problem:
                        "the function has \(function.lineCount) lines; split it, \(maximumFunctionLines) are the most")
            }
        }
    }

    /// The first line of each function with a body, and the number of its lines.
    private static func functions(in source: SwiftSource) -> [(line: Int, lineCount: Int)] {
        var functions: [(line: Int, lineCount: Int)] = []
        // The line on which each open brace began: nil unless it is the body of a function.
        var braces: [Int?] = []
        var parentheses = 0
        var declaration: Int?
        for (index, line) in source.code.enumerated() {
            if parentheses == 0, line.split(whereSeparator: { !$0.isLetter }).contains(where: isFunctionKeyword) {
                let words = line.split(separator: " ")
                if words.contains("func") || words.contains(where: { $0.hasPrefix("init(") || $0.hasPrefix("init?(") })
                    || words.first == "deinit"
                {
                    declaration = index + 1
                }
            }
            for character in line {
                switch character {
                case "(": parentheses += 1
                case ")": parentheses -= 1
                case "{":
                    braces.append(parentheses == 0 ? declaration : nil)
                    if parentheses == 0 { declaration = nil }
                case "}":
                    if let opening = braces.popLast(), let start = opening {
                        functions.append((start, index + 2 - start))
                    }
                default: break
                }
            }
        }
        return functions
    }

    private static func isFunctionKeyword(_ word: Substring) -> Bool { ["func", "init", "deinit"].contains(word) }
}

/// The folders of hand-written code.
enum Folders {
    static let swift = ["Services", "Shared", "Tests", "proto"]
    static let production = ["Services", "Shared", "proto"]
}
