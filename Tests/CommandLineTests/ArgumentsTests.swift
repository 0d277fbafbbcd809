import Kernel
import Testing

@testable import CommandLine

@Suite struct ArgumentsTests {
    private let count = Option("count", .integer(in: 1...9), "how many", variable: "COUNT")
    private let isLoud = Option("loud", .flag, "print more")
    private let name = Operand("NAME", .text("NAME"))
    private let sizes = Operand(list: "SIZE", .integer(in: 1...9), isRequired: false)

    private func read(_ words: String..., environment: [String: String] = [:]) -> Arguments {
        let syntax = Syntax(
            "example", words: ["add"], "Adds.", operands: [name, sizes], options: [count, isLoud],
            examples: ["example add a 1 --count 2"])
        return Arguments(words[...], of: syntax, environment: environment)
    }

    @Test func `options may stand before, between and after the operands`() {
        for words in [
            ["--count", "2", "a", "3", "4"], ["a", "--count=2", "3", "4"], ["a", "3", "4", "--count", "2"],
        ] {
            let syntax = Syntax("example", "Adds.", operands: [name, sizes], options: [count, isLoud])
            let arguments = Arguments(words[...], of: syntax, environment: [:])
            #expect(arguments.problems == [])
            #expect(arguments[count] == 2)
            #expect(arguments[name] == "a" && arguments[sizes] == [3, 4])
        }
    }

    @Test func `an option that is not given has the value of its variable`() {
        #expect(read("a", environment: ["COUNT": "7"])[count] == 7)
        #expect(read("a", "--count", "2", environment: ["COUNT": "7"])[count] == 2)
        #expect(read("a", environment: ["COUNT": ""])[count] == nil)
        #expect(read("a", environment: ["COUNT": "x"]).problems == ["COUNT x is not a whole number from 1 to 9"])
    }

    @Test func `words after two hyphens are operands`() {
        #expect(read("--", "--count")[name] == "--count")
        #expect(read("a", "--loud")[isLoud] == true)
    }

    @Test func `an option may have a short form, alone or with others in one word`() {
        let count = Option("count", short: "c", .integer(in: 1...9), "how many")
        let (isLoud, isQuick) = (
            Option("loud", short: "l", .flag, "more"), Option("quick", short: "q", .flag, "faster")
        )
        let syntax = Syntax("example", "Adds.", operands: [name], options: [count, isLoud, isQuick])
        for words in [["-c", "2", "-lq", "a"], ["a", "-qlc2"], ["-l", "-q", "a", "-c=2"]] {
            let arguments = Arguments(words[...], of: syntax, environment: [:])
            #expect(arguments.problems == [], "\(words)")
            #expect(arguments[count] == 2 && arguments[isLoud] == true && arguments[isQuick] == true)
        }
        func problems(_ words: String...) -> [String] { Arguments(words[...], of: syntax, environment: [:]).problems }
        #expect(problems("a", "-x") == ["unknown option -x. See: example --help"])
        #expect(problems("a", "-c") == ["--count needs a value: --count NUMBER"])
        #expect(problems("a", "-l", "--loud") == ["--loud is given twice. Give it once"])
        #expect(Arguments(["-"], of: syntax, environment: [:])[name] == "-")
        #expect(Arguments(["-5"], of: syntax, environment: [:])[name] == "-5")
    }

    @Test func `a repeated option collects its values`() {
        let fields = Option("field", isRepeated: true, .text("TEXT"), "a field")
        let syntax = Syntax("example", "Adds.", options: [fields])
        #expect(Arguments(["--field", "a=1", "--field=b=2"], of: syntax, environment: [:])[fields] == "a=1\nb=2")
    }

    @Test func `several words can be one value`() {
        let amount = Operand("AMOUNT", .text("AMOUNT"), joinsWords: true)
        let syntax = Syntax("example", "Pays.", operands: [amount], options: [])
        #expect(Arguments(["12.50", "EUR"], of: syntax, environment: [:])[amount] == "12.50 EUR")
        #expect(
            Arguments([], of: syntax, environment: [:]).problems
                == ["AMOUNT is missing. Usage: example AMOUNT... [OPTIONS]"])
    }

    @Test func `an operand that may be missing is nil without a word`() {
        let limit = Operand(optional: "LIMIT", .count(from: 1))
        let syntax = Syntax("example", "Limits.", operands: [limit], options: [])
        #expect(Arguments([], of: syntax, environment: [:])[limit] == nil)
        #expect(Arguments(["7"], of: syntax, environment: [:])[limit] == 7)
        #expect(
            Arguments(["0"], of: syntax, environment: [:]).problems == ["LIMIT 0 is not a whole number from 1"])
    }

    @Test func `each problem names the word and the remedy`() {
        #expect(read("a", "--conut", "2").problems == ["unknown option --conut. Did you mean --count?"])
        #expect(read("a", "--zzz").problems == ["unknown option --zzz. See: example add --help"])
        #expect(read("a", "--count", "--loud").problems == ["--count needs a value: --count NUMBER"])
        #expect(read("a", "--count", "0").problems == ["--count 0 is not a whole number from 1 to 9"])
        #expect(read("a", "0").problems == ["SIZE 0 is not a whole number from 1 to 9"])
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
