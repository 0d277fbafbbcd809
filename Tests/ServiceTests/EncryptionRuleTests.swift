import CommandLine
import Identity
import Kernel
import RPC
import Testing

@testable import Service

@Suite struct EncryptionRuleTests {
    private let options = ServiceOptions(
        ServiceContext(
            "example", "an example", name: "example", holder: .queue, port: 7000, statusPort: 9000, migrations: []
        ) { _ in
            ServiceParts([])
        })

    private func configuration(_ arguments: [String]) throws(CommandLineError) -> Configuration {
        guard case .configuration(let configuration) = try options.options.read(arguments, environment: [:]) else {
            preconditionFailure("no test passes --help")
        }
        return configuration
    }

    private func problems(_ arguments: [String]) -> [String] {
        do throws(CommandLineError) {
            _ = try configuration(arguments)
            return []
        } catch { return error.problems }
    }

    @Test(
        arguments: [
            ([], .optional), (["--listen", "[::1]:1"], .optional), (["--listen", "0.0.0.0:1"], .required),
            (["--listen", "0.0.0.0:1", "--tls", "off"], .off),
            (["--listen", "127.0.0.1:1", "--tls", "required"], .required),
        ] as [([String], TLSServerRules.Mode)])
    func `only this machine can connect without TLS, unless the operator allows it`(
        arguments: [String], mode: TLSServerRules.Mode
    ) throws {
        let configuration = try configuration(arguments)
        #expect(TLSOptions.mode(configuration, at: configuration[options.listen]) == mode)
    }

    @Test func `a certificate needs its key`() {
        let problem = "--tls-certificate and --tls-key belong together: pass both, or none."
        #expect(problems(["--tls-certificate", "a.pem"]) == [problem])
        #expect(problems(["--tls-key", "a.key"]) == [problem])
        #expect(problems(["--tls-key", "a.key", "--tls-certificate", "a.pem"]) == [])
    }

    @Test(arguments: [
        "sqlite:///data/example.db", "postgres://a@/name", "postgres://a@localhost/name",
        "postgres://a@127.0.0.1:1/name",
        "postgres://a@%2Frun%2Fpostgresql/name", "postgres://a@[::1]/name",
        "postgres://a@db.example/name?sslmode=verify-full",
        "postgres://a@one,two/name?sslmode=verify-full&sslrootcert=ca.pem",
    ])
    func `a database on this machine, or with verified encryption, is allowed`(url: String) {
        #expect(problems(["--database", url]) == [])
    }

    @Test(arguments: [
        ("postgres://a:secret@db.example/name", "db.example"),
        ("postgres://a@db.example/name?sslmode=require", "db.example"),
        ("postgres://a@localhost,10.0.0.1/name", "10.0.0.1"), ("postgres://a@db/name?hostaddr=10.0.0.2", "10.0.0.2"),
    ])
    func `a connection to a database that others can read is reported, with the remedy`(url: String, host: String) {
        #expect(
            problems(["--database", url]) == [
                "--database: the connection to \(host) is not encrypted and verified. Append "
                    + "?sslmode=verify-full&sslrootcert=FILE to the URL, or allow it with --insecure-database."
            ])
        #expect(problems(["--database", url, "--insecure-database"]) == [])
    }

    @Test(arguments: ["", "10.0.0.1/8", "host", "10.0.0.0/8,"])
    func `proxies are ranges of addresses`(text: String) {
        #expect(problems(["--proxy-from", text]).first?.contains("such as 10.0.0.0/8,192.0.2.7,fd00::/8") == true)
        #expect(problems(["--proxy-from", "10.0.0.0/8,::1"]) == [])
    }
}
