import TestSupport
import Testing

@testable import Gateway

struct CommandTableTests {
    @Test func `no two commands share a name, and none begins another`() {
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
            #expect(help.output.contains("69   no service could be reached"))
            for flag in command.allFlags { #expect(help.output.contains("  \(flag.name)"), "\(command.name)") }
        }
    }

    @Test func `what stays as it is where nothing is said has no default but at first`() {
        for name in ["admin schedule configure", "admin room configure"] {
            let command = CommandTable.all.first { $0.name == name }
            // What is not kept anywhere has a default each time.
            let each = [CommonFlags.zone.name] + [CommonFlags.timeout.name] + Peer.allCases.map(\.flag.name)
            let kept = command?.allFlags.filter { !each.contains($0.name) } ?? []
            #expect(kept.count > 5)
            for flag in kept {
                #expect(!flag.summary.contains("if not given") && !flag.summary.contains("unless"), "\(flag.name)")
            }
        }
    }

    @Test func `help fits a window of 80 columns`() async {
        let groups = [[], ["admin"], ["admin", "room"]] + CommandTable.all.map(\.words)
        for words in groups {
            for line in await gateway(words + ["--help"]).output.split(separator: "\n") {
                #expect(line.count <= Terminal.usualColumns, "\(line)")
            }
        }
    }

    @Test func `every example is a line that the command takes`() throws {
        for command in CommandTable.all {
            for example in command.examples {
                let words = try #require(Self.words(of: example))
                #expect(
                    CommandTable.command(for: words.prefix { !$0.hasPrefix("-") })?.name == command.name, "\(example)")
                #expect(throws: Never.self, "\(example)") {
                    try Arguments(words.dropFirst(command.words.count), of: command, environment: [:])
                }
            }
        }
    }

    /// What follows `gateway` in a line of a shell, up to where the output goes.
    private static func words(of line: String) -> [String]? {
        let shell = Command.run("sh", "-c", "gateway() { for word; do echo \"$word\"; done; }; " + plain(line))
        return shell.status == 0 ? shell.output.split(separator: "\n").map(String.init) : nil
    }

    private static func plain(_ line: String) -> String {
        let words = line.split(separator: " ").drop { !$0.hasSuffix("gateway") }.dropFirst()
        let own = words.prefix { !$0.hasPrefix("<") && !$0.hasPrefix(">") }
        return "gateway " + own.joined(separator: " ").filter { $0 != ")" }
    }

    @Test func `a word that is nearly a command is answered with that command`() async {
        #expect(await gateway("jion") == .usage("gateway: there is no command jion. Did you mean join?"))
        #expect(
            await gateway("admin", "room", "opne")
                == .usage("gateway: there is no command opne of admin room. Did you mean admin room open?"))
        #expect(
            await gateway("ticket") == .usage("gateway: a command is missing. Try: gateway ticket --help"))
        #expect(await gateway("help", "join") == gateway("join", "--help"))
        #expect(await gateway("help") == gateway("--help"))
        #expect(await gateway("admin", "--help").output.contains("  room create "))
        #expect(await gateway("--help").output.contains("  admin "))
    }

    @Test func `an option that is nearly one is answered with that one`() async {
        #expect(
            await gateway("reserve", "moon-tour", "--bset", "2")
                == .usage("gateway: there is no option --bset. Did you mean --best?"))
        #expect(
            await gateway("reserve", "moon-tour", "--best", "0")
                == .usage("gateway: --best 0 is not a whole number from 1 to 50"))
        #expect(await gateway("pay", "--json", "--json").complaint.contains("--json is given twice"))
    }

    @Test func `an option in front of the command is told its place`() async {
        #expect(
            await gateway("--json", "concerts").complaint
                == "{\"error\":{\"exit\":64,\"message\":\"options follow their command: gateway COMMAND --json\"}}")
        #expect(
            await gateway("--timeout", "3s", "concerts")
                == .usage("gateway: options follow their command: gateway COMMAND --timeout"))
    }

    @Test func `an address may come from the environment, and is checked there too`() async {
        #expect(
            await gateway("concerts", environment: ["ONSALE_CONCERT": "here"]).complaint
                == "gateway: ONSALE_CONCERT here is not 1 to 64 addresses with commas between, such as "
                + "10.0.0.1:7001,10.0.0.2:7001")
    }

    @Test func `with --json an error is one line of JSON`() async {
        #expect(
            await gateway("whoami", "--json", environment: ["HOME": "/nonexistent"]).complaint
                == "{\"error\":{\"exit\":77,\"message\":\"nobody is signed in. Type: gateway sign-in NAME, or the first "
                + "time: gateway sign-up NAME\"}}")
    }
}
