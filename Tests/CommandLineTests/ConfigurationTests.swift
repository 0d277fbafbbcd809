import Kernel
import Testing

@testable import CommandLine

@Suite struct ConfigurationTests {
    private enum Colour: String, CaseIterable {
        case red
        case green
    }

    private let listen = Option("listen", .address, default: .loopback(7000), "Address for calls.")
    private let keys = Option("keys", .path, default: "data/keys", "The file of keys.")
    private let limit = Option("active-limit", .integer(in: 1...100), default: 10, "How many at once.")
    private let drain = Option(
        "drain-timeout", .duration(in: .milliseconds(100)...(.minutes(10))), default: .seconds(30),
        "Maximum time of a drain.")
    private let isOpen = Option("open", .flag, default: false, "Opens at start.")
    private let colour = Option("colour", .choice, default: Colour.red, "What colour.")
    private let peers = Option("peers", .addresses, default: [], "The other instances.")
    private let database = Option(
        "database",
        .secretURL(schemes: ["sqlite", "postgres"], examples: "sqlite:///path/to/file or postgres://user@host/name"),
        default: SecretURL("sqlite::memory:"), "The database.")
    private let mirror = Option("mirror", .optional(.address), default: nil, "The receiver of a copy.")

    private var options: Options {
        Options("example", "an example", [listen, keys, limit, drain, isOpen, colour, peers, database, mirror])
    }

    private func read(_ arguments: String..., environment: [String: String] = [:]) throws -> Configuration {
        guard case .configuration(let configuration) = try options.read(arguments, environment: environment) else {
            throw CommandLineError("help")
        }
        return configuration
    }

    private func problems(_ arguments: String..., environment: [String: String] = [:]) -> [String] {
        do {
            _ = try options.read(arguments, environment: environment)
            return []
        } catch { return error.problems }
    }

    @Test func `each kind of option accepts its usual texts`() throws {
        let configuration = try read(
            "--listen", "[::1]:80", "--keys=k=1", "--active-limit", "100", "--drain-timeout", "2m", "--open",
            "--colour",
            "green", "--peers", "a:1,b:2", "--database", "postgres://alice:secret@db/onsale", "--mirror", "m:1")
        #expect(configuration[listen] == Address(host: "::1", port: 80))
        #expect(configuration[keys] == "k=1")
        #expect(configuration[limit] == 100)
        #expect(configuration[drain] == .minutes(2))
        #expect(configuration[isOpen])
        #expect(configuration[colour] == .green)
        #expect(configuration[peers] == [Address(host: "a", port: 1), Address(host: "b", port: 2)])
        #expect(configuration[database].text == "postgres://alice:secret@db/onsale")
        #expect(configuration[mirror] == Address(host: "m", port: 1))
    }

    @Test func `a flag overrides the environment, and the environment overrides the default`() throws {
        let environment = ["ONSALE_KEYS": "k", "ONSALE_ACTIVE_LIMIT": "20", "ONSALE_OPEN": "yes"]
        let configuration = try read("--active-limit", "30", "--open=false", environment: environment)
        #expect(configuration[limit] == 30)
        #expect(configuration.source(of: limit) == "--active-limit")
        #expect(!configuration[isOpen])
        let other = try read(environment: environment)
        #expect(other[limit] == 20)
        #expect(other.source(of: limit) == "ONSALE_ACTIVE_LIMIT")
        #expect(other[isOpen])
        #expect(other[listen] == .loopback(7000))
        #expect(other.source(of: listen) == nil)
        #expect(other[mirror] == nil)
    }

    @Test func `an empty variable counts as not set`() throws {
        #expect(try read("--keys", "k", environment: ["ONSALE_ACTIVE_LIMIT": ""])[limit] == 10)
    }

    @Test func `all problems are reported at once`() {
        let found = problems(
            "--listen", "nowhere", "--active-limit", "101", "--colour", "blue", "extra", "--drian-timeout", "1s",
            "--open=perhaps", "--peers", environment: ["ONSALE_DRAIN_TIMEOUT": "soon"])
        #expect(
            found == [
                "--listen nowhere is not an address, such as 127.0.0.1:7000 or [::1]:7000",
                "--active-limit 101 is not a whole number from 1 to 100",
                "--colour blue is not one of red, green",
                "unknown option --drian-timeout. Did you mean --drain-timeout?",
                "--open perhaps is not true or false",
                "--peers needs a value: --peers HOST:PORT,...",
                "unexpected argument extra. Usage: example [OPTIONS]",
                "ONSALE_DRAIN_TIMEOUT soon is not a duration from 100ms to 10m, such as 500ms, 10s, 5m, 2h or 1d",
            ])
    }

    @Test func `an option given twice is refused`() {
        #expect(problems("--open", "--open") == ["--open is given twice. Give it once"])
    }

    @Test func `a variable that resembles an option is reported, others are ignored`() {
        let environment = ["ONSALE_KEYS": "k", "ONSALE_LISTNE": "x", "ONSALE_SOMETHING_ELSE": "y", "LISTEN": "z"]
        #expect(
            problems(environment: environment) == [
                "unknown variable ONSALE_LISTNE. Did you mean ONSALE_LISTEN? Rename or unset it"
            ])
    }

    @Test func `a very different name gets no suggestion`() {
        #expect(problems("--zzz") == ["unknown option --zzz. See: example --help"])
    }

    @Test(arguments: [
        ["--database", "mysql://alice:hunter2@db/x"], ["--database=hunter2"], ["postgres://alice:hunter2@db/x"],
        ["--databse=postgres://alice:hunter2@db/x"], ["--databse", "postgres://alice:hunter2@db/x"],
        ["--colour", "postgres://alice:hunter2@db/x"], ["--keys", "postgres://alice:hunter2@db", "--keys", "hunter2"],
    ])
    func `no problem shows a password`(arguments: [String]) {
        do {
            _ = try options.read(arguments, environment: ["ONSALE_KEYS": "k"])
            Issue.record("a problem was expected")
        } catch {
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func `the summary shows every value without passwords`() throws {
        let configuration = try read(
            "--keys", "k", "--database", "postgres://alice:hunter2@db/x?sslpassword=hunter2&a=b")
        let shown = configuration.summary.map { "\($0.name)=\($0.value)" }
        #expect(
            shown == [
                "active-limit=10", "colour=red",
                "database=postgres://alice:***@db/x?sslpassword=***&a=b", "drain-timeout=30s",
                "keys=k", "listen=127.0.0.1:7000", "mirror=none", "open=false",
                "peers=",
            ])
        var dumped = ""
        dump(configuration[database], to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func `a check of several options is reported with the other problems`() {
        let check = Options.Check(["listen", "open"]) { configuration in
            configuration[isOpen] ? "--open needs another --listen." : nil
        }
        let options = Options("example", "an example", [listen, isOpen, limit], checks: [check])
        #expect(
            throws: CommandLineError(problems: [
                "--active-limit x is not a whole number from 1 to 100",
                "--open needs another --listen.",
            ])
        ) {
            try options.read(["--open", "--active-limit", "x"], environment: [:])
        }
        #expect(
            throws: CommandLineError(problems: [
                "--listen x is not an address, such as 127.0.0.1:7000 or [::1]:7000"
            ])
        ) {
            try options.read(["--open", "--listen", "x"], environment: [:])
        }
    }

    @Test func `help describes each option, even if other options are invalid`() throws {
        guard case .help(let help) = try options.read(["--nonsense", "--help"], environment: [:]) else {
            Issue.record("no help")
            return
        }
        for option in options.syntax.options {
            #expect(help.contains(option.flag) && help.contains(option.summary))
            #expect(help.contains(try #require(option.variable)))
        }
        #expect(
            help.contains(
                "--drain-timeout TIME\n      Maximum time of a drain.\n      Default: 30s. Environment: ONSALE_DRAIN_TIMEOUT."
            ))
        #expect(help.contains("--keys FILE\n      The file of keys.\n      Default: data/keys."))
    }

    @Test func `the help of a program without an environment names no variables`() throws {
        let options = Options("example", "an example", [keys], readsEnvironment: false, notes: "That is all.")
        guard case .help(let help) = try options.read(["-h"]) else {
            Issue.record("no help")
            return
        }
        #expect(
            help == """
                example: an example

                Usage: example [--OPTION VALUE]...

                Options:
                  --keys FILE
                      The file of keys.
                      Default: data/keys.
                  --help
                      Prints this help. --man prints it as a manual page, and --version the version.

                That is all.

                """)
        guard case .configuration(let configuration) = try options.read([], environment: ["ONSALE_KEYS": "k"]) else {
            Issue.record("no configuration")
            return
        }
        #expect(configuration[keys] == "data/keys")
    }

    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("1s", .seconds(1)), ("90s", .seconds(90)), ("24h", .days(1)),
        ("0s", .zero),
    ])
    func `a duration is read and written unchanged`(text: String, duration: Duration) throws {
        #expect(Duration(optionText: text) == duration)
        #expect(Duration(optionText: duration.optionText) == duration)
    }

    @Test(arguments: ["", "5", "s", "-5s", "1.5s", "5 s", "5S", "9223372036854775807d", "٣s"])
    func `an invalid duration is refused`(text: String) {
        #expect(Duration(optionText: text) == nil)
    }
}
