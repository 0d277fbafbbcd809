import Kernel
import Testing

@testable import Runtime

@Suite struct ListenRuleTests {
    private let options = ServiceOptions("example", "an example", port: 7000, statusPort: 9000).options

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
    func `loopback needs nothing, other addresses need to be allowed`(arguments: [String]) {
        #expect(problems(arguments) == [])
    }

    @Test func `every port that others could reach is named with what to do`() {
        #expect(
            problems(["--listen", "0.0.0.0:7000", "--status-listen", "10.0.0.1:9000", "--insecure-listen=false"]) == [
                "--listen: other machines reach 0.0.0.0:7000, and nothing is encrypted yet. "
                    + "Use 127.0.0.1:7000, or allow it with --insecure-listen.",
                "--status-listen: other machines reach 10.0.0.1:9000, and nothing is encrypted yet. "
                    + "Use 127.0.0.1:9000, or allow it with --insecure-listen.",
            ])
    }
}
