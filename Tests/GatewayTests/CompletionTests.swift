import TestSupport
import Testing

@testable import Gateway

/// The scripts ask the built program for the words.
struct CompletionTests {
    private static let program = "gateway() { \(ChildProcess.path(of: "gateway")) \"$@\"; }\n"
    private static let programInFish = "function gateway; \(ChildProcess.path(of: "gateway")) $argv; end; "

    /// The completions of bash for the last word of a line.
    private func offers(for words: String...) async -> [String] {
        let script = await gateway("completion", "bash").output
        let typed = words.map { "'\($0)'" }.joined(separator: " ")
        let outcome = Command.run(
            "bash", "-c",
            "\(Self.program)\(script)\nCOMP_WORDS=(\(typed)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _gateway; echo \"${COMPREPLY[@]}\""
        )
        return outcome.output.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    @Test func `bash completes commands word by word`() async {
        #expect(await offers(for: "gateway", "ad") == ["admin"])
        #expect(await offers(for: "gateway", "admin", "room", "o") == ["open"])
        #expect(await offers(for: "gateway", "ticket", "") == ["show", "verify"])
    }

    @Test func `bash completes options and their values`() async {
        #expect(await offers(for: "gateway", "pay", "--j") == ["--json"])
        #expect(await offers(for: "gateway", "admin", "credential", "--role", "") == ["operator", "service"])
        #expect(await offers(for: "gateway", "completion", "z") == ["zsh"])
        #expect(await offers(for: "gateway", "pay", "--timeout", "") == [])
        #expect(await offers(for: "gateway", "admin", "keys", "list", "--keys", "/etc/passw").contains("/etc/passwd"))
    }

    private func script(for shell: String) async -> TemporaryFolder {
        let folder = TemporaryFolder()
        folder.write(await gateway("completion", shell).output, to: "_gateway")
        return folder
    }

    @Test(arguments: [["bash", "-n"], ["zsh", "-n"], ["fish", "--no-execute"]])
    func `each shell accepts its script`(check: [String]) async {
        let folder = await script(for: check[0])
        let outcome = Command.run(check + ["\(folder.path)/_gateway"])
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
    }

    @Test(arguments: [
        ("gateway ad", ["admin"]), ("gateway admin room o", ["open"]), ("gateway ticket ", ["show", "verify"]),
        ("gateway pay --j", ["--json"]), ("gateway admin credential --role ", ["operator", "service"]),
    ])
    func `fish completes commands, options and values`(line: String, offers: [String]) async {
        let folder = await script(for: "fish")
        let outcome = Command.run(
            "fish", "--no-config", "-c",
            "\(Self.programInFish)source \(folder.path)/_gateway; complete -C '\(line)' | string replace -r '\\t.*' ''")
        #expect(outcome.output.split(separator: "\n").map(String.init) == offers)
    }

    /// Loads the file as zsh does: the first Tab calls the function that has the name of the file.
    @Test(arguments: [("gateway ''", "buy"), ("gateway admin room ''", "open"), ("gateway pay ''", "--json")])
    func `zsh completes at the first Tab`(words: String, offer: String) async {
        let folder = await script(for: "zsh")
        let outcome = Command.run(
            "zsh", "-f", "-c",
            Self.program + """
                fpath=(\(folder.path)); autoload -Uz _gateway; compadd() { print -l -- "$@" }
                words=(\(words)); CURRENT=$#words; _gateway; print second; _gateway
                """)
        let tabs = outcome.output.split(separator: "second\n")
        #expect(tabs.count == 2)
        for tab in tabs { #expect(tab.split(separator: "\n").contains(Substring(offer)), "\(tab)") }
    }
}
