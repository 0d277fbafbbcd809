import CommandLine
import Identity
import Kernel
import Testing

@testable import Service

@Suite struct ListenRuleTests {
    private let options = ServiceOptions(
        ServiceContext(
            "example", "an example", name: "example", holder: .queue, port: 7000, statusPort: 9000, migrations: []
        ) { _ in
            ServiceParts([])
        }
    ).options

    private func problems(_ arguments: [String]) -> [String] {
        do {
            _ = try options.read(arguments, environment: [:])
            return []
        } catch { return error.problems }
    }

    @Test(arguments: [
        [], ["--listen", "[::1]:1"], ["--status-listen", "localhost:1"],
        ["--listen", "0.0.0.0:1", "--insecure-listen"],
        ["--insecure-listen", "--status-listen", "[::]:1"],
    ])
    func `loopback is always allowed, other addresses need a flag`(arguments: [String]) {
        #expect(problems(arguments) == [])
    }

    @Test func `each port that other machines can reach is reported, with the remedy`() {
        #expect(
            problems(["--listen", "0.0.0.0:7000", "--status-listen", "10.0.0.1:9000", "--insecure-listen=false"]) == [
                "--listen: other machines can reach 0.0.0.0:7000, and connections are not encrypted. "
                    + "Use 127.0.0.1:7000, or allow it with --insecure-listen.",
                "--status-listen: other machines can reach 10.0.0.1:9000, and connections are not encrypted. "
                    + "Use 127.0.0.1:9000, or allow it with --insecure-listen.",
            ])
    }
}
