import Testing

/// Every rule fails on a made-up tree that breaks it, and passes on its correction.
@Suite struct RuleTests {
    @Test func `a file of 301 lines is reported`() {
        let line = "// A line.\n"
        let tree = { (count: Int) in Tree(["Shared/Kernel/A.swift": String(repeating: line, count: count)]) }
        #expect(SizeRules.longFiles(tree(301)).map(\.path) == ["Shared/Kernel/A.swift"])
        #expect(SizeRules.longFiles(tree(300)).isEmpty)
    }

    @Test(arguments: ["func f() {", "init(a: Int) {", "private static func f(\n    a: Int\n) throws {", "init?() {"])
    func `a function of 51 lines is reported with its line`(head: String) {
        let tree = { (count: Int) in
            let headCount = head.split(separator: "\n").count
            let body = String(repeating: "    print(\"}{\") // {\n", count: count - headCount - 1)
            return Tree(["Shared/A.swift": "struct A {\n\(head)\n\(body)}\n}\n"])
        }
        #expect(SizeRules.longFunctions(tree(51)).map(\.line) == [2])
        #expect(SizeRules.longFunctions(tree(50)).isEmpty)
    }

    @Test func `a type of any length is no function`() {
        let members = (1...60).map { "    let a\($0) = { 1 }()\n" }.joined()
        #expect(SizeRules.longFunctions(Tree(["Shared/A.swift": "struct A {\n\(members)}\n"])).isEmpty)
    }

    @Test func `an extra name at the top level is reported`() {
        let tree = Tree(["README.md": "", ".gitignore": "", "scripts/run": "", "Notes.md": ""])
        #expect(ShapeRules.topLevel(tree).map(\.path) == ["Notes.md", "scripts"])
    }

    @Test func `a file name without a meaning is reported`() {
        let tree = Tree(["Shared/RPC/StringExtensions.swift": "", "Shared/RPC/Frame.swift": ""])
        #expect(ShapeRules.emptyNames(tree).map(\.path) == ["Shared/RPC/StringExtensions.swift"])
    }

    @Test(arguments: [
        ("Shared/RPC/A.swift", "import Foundation"), ("proto/generator/A.swift", "@preconcurrency import Foundation"),
        ("Shared/Kernel/A.swift", "import Glibc"), ("Services/XService/Domain/A.swift", "package import Database"),
    ])
    func `a forbidden import is reported`(path: String, line: String) {
        #expect(ShapeRules.imports(Tree([path: "// import Foundation\n\(line)\n"])).map(\.line) == [2])
    }

    @Test func `an allowed import is not reported`() {
        let tree = Tree([
            "Shared/RPC/A.swift": "import Kernel", "Services/XService/Domain/A.swift": "import Kernel",
            "Tests/A.swift": "import Foundation", "Shared/RPC/B.swift": "let text = \"import Foundation\"",
        ])
        #expect(ShapeRules.imports(tree).isEmpty)
    }

    @Test(arguments: [
        "/// Tells somebody.", "let text = \"whoever comes\"", "@Test func `nobody is told, and nobody else`() {}",
        "let text = \"\"\"\n    It is told.\n    \"\"\"",
    ])
    func `a phrase of the dialect is reported`(line: String) {
        #expect(LanguageRules.dialect(Tree(["Shared/Kernel/A.swift": line])).count == 1)
    }

    @Test func `plain prose and code are not reported`() {
        let tree = Tree([
            "Shared/Kernel/A.swift": "/// Notifies the user.\nlet somebody = \"\\(whoever)\"",
            "proto/a.proto": "// Returns the room.\nstring somebody = 1;",
        ])
        #expect(LanguageRules.dialect(tree).isEmpty)
    }

    @Test func `unfinished work is reported`() {
        let tree = Tree(["Tests/A.swift": "let a = 1 // TODO: more\n// A todo list is fine.\n"])
        #expect(LanguageRules.unfinished(tree).map(\.line) == [1])
    }
}
