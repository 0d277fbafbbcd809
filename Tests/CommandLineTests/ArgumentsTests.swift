import Kernel
import Testing

@testable import CommandLine

@Suite struct ArgumentsTests {
    private let count = Option("count", .integer(in: 1...9), "how many", variable: "COUNT")
    private let isLoud = Option("loud", .flag, "print more")
    private let name = Operand("NAME", ValueKind<String>.text("NAME"))
    private let sizes = Operand("SIZE", ValueKind<Int>.integer(in: 1...9), .any)

    private func read(_ words: String..., environment: [String: String] = [:]) -> Arguments {
        let syntax = Syntax(
            "example", words: ["add"], "Adds.", operands: [name, sizes], options: [count, isLoud],
            examples: ["example add a 1 --count 2"])
        return Arguments(words[...], of: syntax, environment: environment)
    }

    @Test func `options may stand before, between and after the operands`() throws {
        for words in [
            ["--count", "2", "a", "3", "4"], ["a", "--count=2", "3", "4"], ["a", "3", "4", "--count", "2"],
        ] {
            let syntax = Syntax("example", "Adds.", operands: [name, sizes], options: [count, isLoud])
            let arguments = Arguments(words[...], of: syntax, environment: [:])
            #expect(arguments.problems == [])
            #expect(try arguments.value(of: count) == 2)
            #expect(try arguments.values(of: name) == ["a"] && arguments.values(of: sizes) == [3, 4])
        }
    }

    @Test func `an option that is not given has the value of its variable`() throws {
        #expect(try read("a", environment: ["COUNT": "7"]).value(of: count) == 7)
        #expect(try read("a", "--count", "2", environment: ["COUNT": "7"]).value(of: count) == 2)
        #expect(try read("a", environment: ["COUNT": ""]).value(of: count) == nil)
        #expect(throws: CommandLineError("COUNT x is not a whole number from 1 to 9")) {
            try read("a", environment: ["COUNT": "x"]).value(of: count)
        }
    }

    @Test func `words after two hyphens are operands`() throws {
        #expect(try read("--", "--count").values(of: name) == ["--count"])
        #expect(try read("a", "--loud").value(of: isLoud) == true)
    }

    @Test func `the words of a repeated operand can be one value`() throws {
        let amount = Operand("AMOUNT", ValueKind<String>.text("AMOUNT"), .some)
        let syntax = Syntax("example", "Pays.", operands: [amount], options: [])
        #expect(try Arguments(["12.50", "EUR"], of: syntax, environment: [:]).joinedValue(of: amount) == "12.50 EUR")
        #expect(
            Arguments([], of: syntax, environment: [:]).problems
                == ["AMOUNT is missing. Usage: example AMOUNT... [OPTIONS]"])
    }

    @Test func `each problem names the word and the remedy`() {
        #expect(read("a", "--conut", "2").problems == ["unknown option --conut. Did you mean --count?"])
        #expect(read("a", "--zzz").problems == ["unknown option --zzz. See: example add --help"])
        #expect(read("a", "--count", "--loud").problems == ["--count needs a value: --count NUMBER"])
        #expect(read("a", "--count", "0").problems == ["--count 0 is not a whole number from 1 to 9"])
        #expect(read("a", "--loud=\n").problems == [#"--loud "\n" is not true or false"#])
        #expect(read("a", "--loud", "--loud").problems == ["--loud is given twice. Give it once"])
        #expect(read().problems == ["NAME is missing. Usage: example add NAME [SIZE...] [OPTIONS]"])
    }

    @Test func `the help has the usage, each option and each example`() {
        let syntax = Syntax("example", "Adds.", options: [count], examples: ["example --count 2"])
        #expect(
            Help.text(of: syntax) == """
                example [OPTIONS]

                Adds.

                Options:
                  --count NUMBER  how many (environment: COUNT)

                Examples:
                  example --count 2

                """)
    }
}
