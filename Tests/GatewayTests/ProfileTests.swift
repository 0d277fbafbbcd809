import TestSupport
import Testing

@testable import Gateway

/// `gateway profile`.
struct ProfileTests {
    private let folder = TemporaryFolder()

    private func run(_ line: String, _ more: [String: String] = [:]) async -> CommandResult {
        await gateway(
            line.split(separator: " ").map(String.init),
            environment: ["XDG_CONFIG_HOME": folder.path].merging(more) { $1 })
    }

    @Test func `a profile gives the addresses of commands, and the environment and options come before it`() async {
        let added = await run("profile add site --queue 127.0.0.1:2 --concert 127.0.0.1:2")
        #expect(added.exit == .done && added.output.contains("Added site."))
        let named = await run("concerts --profile site --timeout 1s")
        #expect(named.exit == .unavailable && named.errorOutput.contains("127.0.0.1:2"), "\(named)")
        #expect(await run("concerts --timeout 1s", ["ONSALE_PROFILE": "site"]).errorOutput.contains("127.0.0.1:2"))
        let given = await run("concerts -p site --timeout 1s", ["ONSALE_CONCERT": "127.0.0.1:3"])
        #expect(given.errorOutput.contains("127.0.0.1:3"), "\(given)")
        #expect(await run("profile use site").exit == .done)
        #expect(await run("concerts --timeout 1s").errorOutput.contains("127.0.0.1:2"))
        #expect(await run("profile list").output.contains("site  yes"))
        #expect(await run("profile use").output == "Later commands use no profile.")
    }

    @Test func `each profile has its own sign-in`() async {
        _ = await run("profile add alice")
        #expect(
            ConfigurationFolder(["XDG_CONFIG_HOME": folder.path, "ONSALE_PROFILE": "alice"]).path.hasSuffix(
                "/profiles/alice"))
        #expect(await run("whoami -p alice").exit == .notAllowed)
    }

    @Test(arguments: ["../x", "", "A", "a/b", "-a"])
    func `a name that is no plain word is refused`(name: String) async {
        #expect(
            await gateway(["profile", "add", "--", name], environment: ["XDG_CONFIG_HOME": folder.path]).exit == .usage)
        #expect(!Profile.isName(name))
    }

    @Test func `an unknown profile is a usage error`() async {
        let result = await run("concerts --profile nowhere")
        #expect(result.exit == .usage)
        #expect(result.errorOutput.contains("there is no profile nowhere. To add it: gateway profile add nowhere"))
    }
}
