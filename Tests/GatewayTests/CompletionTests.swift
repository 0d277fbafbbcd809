import TestSupport
import Testing

@testable import Gateway

struct CompletionTests {
    /// What bash offers for the last word of a line.
    private func offers(for words: String...) async -> [String] {
        let script = await gateway("completion", "bash").output
        let typed = words.map { "'\($0)'" }.joined(separator: " ")
        let outcome = Command.run(
            "bash", "-c",
            "\(script)\nCOMP_WORDS=(\(typed)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _gateway; echo \"${COMPREPLY[@]}\""
        )
        return outcome.output.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    @Test func `bash completes commands word by word`() async {
        #expect(await offers(for: "gateway", "ad") == ["admin"])
        #expect(await offers(for: "gateway", "admin", "room", "o") == ["open"])
        #expect(await offers(for: "gateway", "ticket", "") == ["show", "verify"])
    }

    @Test func `bash completes options, and what they allow`() async {
        #expect(await offers(for: "gateway", "pay", "--j") == ["--json"])
        #expect(await offers(for: "gateway", "admin", "credential", "--role", "") == ["operator", "service"])
        #expect(await offers(for: "gateway", "completion", "z") == ["zsh"])
        #expect(await offers(for: "gateway", "pay", "--timeout", "") == [])
    }

    @Test(arguments: ["zsh", "fish"])
    func `other shells are told of every command and option`(shell: String) async {
        let script = await gateway("completion", shell).output
        for command in CommandTable.all {
            for word in command.words { #expect(script.contains(word)) }
            for flag in command.allFlags { #expect(script.contains(String(flag.name.dropFirst(2)))) }
        }
    }
}
