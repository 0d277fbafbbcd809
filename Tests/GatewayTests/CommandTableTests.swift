import CommandLine
import Journeys
import TestSupport
import Testing

@testable import Gateway

struct CommandTableTests {
    @Test func `no command is equal to another or a prefix of it`() {
        let names = CommandTable.all.map(\.name)
        #expect(Set(names).count == names.count)
        for command in CommandTable.all {
            let longer = CommandTable.all.filter { $0.words.count > command.words.count }
            #expect(!longer.contains { $0.words.starts(with: command.words) }, "\(command.name)")
        }
    }

    @Test func `every command has help with examples and exit codes`() async {
        for command in CommandTable.all {
            let help = await gateway(command.words + ["--help"])
            #expect(help.exit == .done)
            #expect(help.output.hasPrefix("gateway \(command.name)"))
            #expect(help.output.contains("Examples:\n  "))
            #expect(help.output.contains("69   a service is unreachable"))
            for option in command.syntax.options {
                #expect(help.output.contains(option.flag), "\(command.name)")
            }
        }
    }

    @Test func `flags of configure commands have no default, because their settings do not change without them`() {
        for name in ["admin schedule configure", "admin room configure"] {
            let command = CommandTable.all.first { $0.name == name }
            // Common flags are not stored, so they have a default.
            let common = [CommonFlags.zone.flag, CommonFlags.timeout.flag] + Service.allCases.map(\.option.flag)
            let settings = command?.syntax.options.filter { !common.contains($0.flag) } ?? []
            #expect(settings.count > 5)
            for flag in settings {
                #expect(!flag.summary.contains("if not given") && !flag.summary.contains("unless"), "\(flag.name)")
            }
        }
    }

    @Test func `help fits a terminal of 80 columns`() async {
        let groups = [[], ["admin"], ["admin", "room"]] + CommandTable.all.map(\.words)
        for words in groups {
            for line in await gateway(words + ["--help"]).output.split(separator: "\n") {
                #expect(line.count <= Help.columns, "\(line)")
            }
        }
    }

    @Test func `the command accepts each of its examples`() throws {
        for command in CommandTable.all {
            for example in command.syntax.examples {
                let words = try #require(Self.words(of: example))
                let line = CommandTable.Line(words)
                #expect(CommandTable.command(for: line.words[...])?.name == command.name, "\(example)")
                #expect(
                    Arguments(line.arguments[...], of: command.syntax, environment: [:]).problems == [], "\(example)")
            }
        }
    }

    /// The arguments of `gateway` in a shell line, without redirections.
    private static func words(of line: String) -> [String]? {
        let shell = Command.run("sh", "-c", "gateway() { for word; do echo \"$word\"; done; }; " + plain(line))
        return shell.status == 0 ? shell.output.split(separator: "\n").map(String.init) : nil
    }

    private static func plain(_ line: String) -> String {
        let words = line.split(separator: " ").drop { !$0.hasSuffix("gateway") }.dropFirst()
        let own = words.prefix { !$0.hasPrefix("<") && !$0.hasPrefix(">") }
        return "gateway " + own.joined(separator: " ").filter { $0 != ")" }
    }

    @Test(arguments: [
        "--json -v --timeout 3s concerts", "concerts --json -v --timeout 3s", "-o json concerts -v --timeout=3s",
        "-v -ojson --timeout 3s concerts",
    ])
    func `options stand anywhere`(text: String) {
        let line = CommandTable.Line(text.split(separator: " ").map(String.init))
        #expect(line.words == ["concerts"] && line.unknown == nil)
        let syntax = ConcertCommands.list.syntax
        let arguments = Arguments(line.arguments[...], of: syntax, environment: [:])
        #expect(arguments.problems == [] && arguments[CommonFlags.timeout] == .seconds(3))
        #expect(arguments[CommonFlags.json] == true || arguments[CommonFlags.output] == .json)
    }

    @Test func `the version has the program, the contract and the commit`() async throws {
        let text = await gateway("version").output
        #expect(text.wholeMatch(of: /gateway [0-9.]+, contract v1, commit [0-9a-f]*(unknown)?/) != nil, "\(text)")
        #expect(await gateway("--version").output == text)
    }

    @Test func `the manual page has every command, and no line that roff reads as a command`() async {
        let page = await gateway("man").output
        for command in CommandTable.all {
            #expect(page.contains(".SS gateway \(command.name.replacing("-", with: "\\-"))"))
        }
        let commands = [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".nf", ".fi", ".RS", ".RE"]
        for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(commands.contains { line == $0 || line.hasPrefix($0 + " ") }, "\(line)")
        }
    }

    @Test func `a misspelt command is answered with the nearest command`() async {
        #expect(await gateway("jion") == .usage("gateway: unknown command jion. Did you mean join?"))
        #expect(
            await gateway("admin", "room", "opne")
                == .usage("gateway: unknown command admin room opne. Did you mean admin room open?"))
        #expect(
            await gateway("admin", "cancel")
                == .usage(
                    "gateway: unknown command admin cancel. "
                        + "Did you mean admin schedule cancel or admin reservation cancel?"))
        #expect(
            await gateway("check-in")
                == .usage("gateway: unknown command check-in. Did you mean admin check-in?"))
        #expect(await gateway("ticket") == gateway("ticket", "--help"))
        #expect(await gateway("help", "join") == gateway("join", "--help"))
        #expect(await gateway("help") == gateway("--help"))
        #expect(await gateway("admin", "--help").output.contains("  room create "))
        #expect(await gateway("--help").output.contains("  admin "))
    }

    @Test func `a misspelt option is answered with the nearest option`() async {
        #expect(
            await gateway("reserve", "moon-tour", "--bset", "2")
                == .usage("gateway: unknown option --bset. Did you mean --best?"))
        #expect(
            await gateway("reserve", "moon-tour", "--best", "0")
                == .usage("gateway: --best 0 is not a whole number from 1"))
        #expect(await gateway("pay", "--json", "--json").errorOutput.contains("--json is given twice"))
    }

    @Test func `an address in the environment is checked like a flag`() async {
        #expect(
            await gateway("concerts", environment: ["ONSALE_CONCERT": "here"]).errorOutput
                == "gateway: ONSALE_CONCERT here is not a list of 1 to 64 addresses, such as "
                + "10.0.0.1:7001,10.0.0.2:7001")
    }

    @Test func `with --json an error is one line of JSON`() async {
        #expect(
            await gateway("whoami", "--json", environment: ["HOME": "/nonexistent"]).errorOutput
                == "{\"error\":{\"exit\":77,\"message\":\"not signed in. Type: gateway sign-in NAME; without an "
                + "account: gateway sign-up NAME\"}}")
    }

    @Test(arguments: [
        "places", "payments", "history", "sessions", "admin room places", "admin user find", "admin user places",
        "admin user payments", "admin user history", "admin reservations", "admin halts list", "admin operator list",
    ])
    func `each list has the options of lists`(name: String) throws {
        let command = try #require(CommandTable.all.first { $0.name == name })
        let flags = command.syntax.options.map(\.flag)
        #expect(Set(CommonFlags.lists.map(\.flag)).isSubset(of: flags))
    }

    @Test(arguments: ["place", "status", "admin room show", "admin report"])
    func `what changes can be watched`(name: String) throws {
        let command = try #require(CommandTable.all.first { $0.name == name })
        #expect(command.syntax.options.contains { $0.flag == CommonFlags.watch.flag })
    }

    @Test func `the options of a move say what happens without them`() throws {
        let command = try #require(CommandTable.all.first { $0.name == "admin schedule move" })
        for option in command.syntax.options { #expect(!option.summary.contains("for a new date"), "\(option.flag)") }
    }
}
