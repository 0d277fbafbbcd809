/// The shape of a context: `Services/SeatService` with its contract `proto/seat.proto` and its tests in
/// `Tests/SeatServiceTests`.
enum ContextRules {
    private static let parts: Set<String> = ["API", "Domain", "Server", "README.md"]
    private static let serverFolders: Set<String> = ["Calls", "Store", "Jobs", "Caches"]
    private static let fixedFiles = ["Context", "Server", "Failures", "Messages"]
    /// Only contexts that others follow have events.
    private static let optionalFile = "Events"
    private static let sections: Set<String> = ["Accepts", "Refuses", "Retries", "Races"]

    /// A context has API, Domain and Server. Server has the fixed files and folders, perhaps events, and Calls a
    /// folder per subject.
    static func shape(_ tree: Tree) -> [Violation] {
        contexts(of: tree).flatMap { context -> [Violation] in
            let server = "\(context.folder)/Server"
            let files = ["Main.swift"] + fixedFiles.map { "\(context.name)\($0).swift" }
            let oddParts = names(in: context.folder, tree).subtracting(parts).sorted().map {
                Violation(path: "\(context.folder)/\($0)", problem: "a context holds API, Domain, Server and README.md")
            }
            let allowed = files + ["\(context.name)\(optionalFile).swift"]
            let oddFiles = names(in: server, tree).subtracting(serverFolders.union(allowed)).sorted().map {
                Violation(
                    path: "\(server)/\($0)",
                    problem: "Server holds \(allowed.joined(separator: ", ")), Calls, Store, Jobs and Caches")
            }
            let missing = files.filter { tree.files["\(server)/\($0)"] == nil }.map {
                Violation(path: "\(server)/\($0)", problem: "is missing; every context has it")
            }
            let loose = tree.paths(in: ["\(server)/Calls"]).filter { $0.split(separator: "/").count != 6 }.map {
                Violation(path: $0, problem: "belongs to Calls/SUBJECT")
            }
            return oddParts + oddFiles + missing + loose
        }
    }

    /// Each RPC has its handler in a file of its name in Calls, or in one that several RPCs share.
    static func calls(_ tree: Tree) -> [Violation] {
        contexts(of: tree).flatMap { context in
            context.rpcs.compactMap { rpc in
                let files = handlerFiles(of: rpc.name, context, tree)
                let problem: String
                switch files.count {
                case 0: problem = "has no handler in \(context.folder)/Server/Calls"
                case 1 where stem(files[0]) == rpc.name: return nil
                case 1:
                    let others = context.rpcs.filter { handlerFiles(of: $0.name, context, tree) == files }
                    guard others.count == 1 else { return nil }
                    problem = "is alone in \(files[0]); give the file its name"
                default: problem = "has handlers in \(files.joined(separator: " and "))"
                }
                return Violation(path: context.contract, line: rpc.line, problem: "\(rpc.name) \(problem)")
            }
        }
    }

    /// Each RPC has tests in the suites Accepts, Refuses, Retries and Races of its own. One that only reads has Accepts.
    static func tests(_ tree: Tree) -> [Violation] {
        contexts(of: tree).flatMap { context in
            context.rpcs.compactMap { rpc in
                let names = Set([rpc.name] + handlerFiles(of: rpc.name, context, tree).map(stem))
                let suites = tree.paths(in: [context.tests]).flatMap { path in
                    SwiftSource(tree.files[path, default: ""]).suites.filter { names.contains($0.outer) }
                }
                let files = tree.paths(in: [context.tests]).map(stem)
                guard names.contains(where: { files.contains("\($0)Tests") }) else {
                    return Violation(
                        path: context.contract, line: rpc.line,
                        problem: "\(context.tests)/\(rpc.name)Tests.swift is missing")
                }
                let found = Set(suites.map(\.inner))
                let missing = (rpc.writes ? sections : ["Accepts"]).subtracting(found).sorted()
                guard !missing.isEmpty else { return nil }
                return Violation(
                    path: context.contract, line: rpc.line,
                    problem: "\(rpc.name)Tests in \(context.tests) lacks \(missing.joined(separator: ", "))")
            }
        }
    }

    private struct Context {
        let name: String
        let rpcs: [(name: String, line: Int, writes: Bool)]

        var folder: String { "Services/\(name)Service" }
        var contract: String { "proto/\(name.lowercased()).proto" }
        var tests: String { "Tests/\(name)ServiceTests" }

        init(_ name: String, _ tree: Tree) {
            self.name = name
            var rpcs: [(name: String, line: Int, writes: Bool)] = []
            for (index, line) in tree.lines("proto/\(name.lowercased()).proto").enumerated() {
                let words = line.split(whereSeparator: { " (".contains($0) })
                if words.first == "rpc", words.count > 1 { rpcs.append((String(words[1]), index + 1, false)) }
                if line.contains("idempotency_level = IDEMPOTENT") { rpcs[rpcs.count - 1].writes = true }
            }
            self.rpcs = rpcs
        }
    }

    private static func contexts(of tree: Tree) -> [Context] {
        names(in: "Services", tree).filter { $0.hasSuffix("Service") }.sorted()
            .map { Context(String($0.dropLast("Service".count)), tree) }
    }

    /// The names of the files and folders directly in `folder`.
    private static func names(in folder: String, _ tree: Tree) -> Set<String> {
        Set(
            tree.paths(in: [folder], suffix: "").map { path in
                String(path.dropFirst(folder.count + 1).prefix { $0 != "/" })
            })
    }

    private static func handlerFiles(of rpc: String, _ context: Context, _ tree: Tree) -> [String] {
        tree.paths(in: ["\(context.folder)/Server/Calls"]).filter {
            tree.files[$0, default: ""].contains("_ request: \(rpc)Request, call: Call")
        }
    }

    private static func stem(_ path: String) -> String {
        String(path.split(separator: "/").last?.dropLast(".swift".count) ?? "")
    }
}

extension SwiftSource {
    /// The types in `struct NAMETests` and `extension NAMETests`, with `NAME` as `outer`.
    fileprivate var suites: [(outer: String, inner: String)] {
        var outer = ""
        return code.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let keyword = words.firstIndex(where: { ["struct", "extension"].contains($0) }),
                words.count > keyword + 1
            else { return nil }
            let name = String(words[keyword + 1].prefix { $0 != ":" })
            guard line.hasPrefix(" ") else {
                outer = name.hasSuffix("Tests") ? String(name.dropLast("Tests".count)) : ""
                return nil
            }
            return (outer, name)
        }
    }
}
