import Glibc
import Identity
import TestSupport
import Testing

@testable import Gateway

struct CertificateCommandsTests {
    private let folder = TemporaryFolder()
    private var keys: String { folder.path + "/keys" }

    private func openssl(_ words: String) -> TestSupport.Command.Outcome {
        TestSupport.Command.run(["openssl"] + words.split(separator: " ").map(String.init), in: folder.path)
    }

    private func isGenuine(_ file: String, _ options: String = "") -> Bool {
        openssl("verify -x509_strict -no-CApath -CAfile ca.pem \(options) \(file)").output == "\(file): OK\n"
    }

    private func printAuthority() async {
        let printed = await gateway("admin", "certificate", "--ca", "--keys", keys)
        #expect(printed.exit == .done)
        folder.write(printed.output + "\n", to: "ca.pem")
    }

    @Test func `keys are split into a file for each program, and again before the certificates expire`() async throws {
        try KeyFile.create(at: keys)
        let split = folder.path + "/split"
        for _ in 0..<2 {
            let done = await gateway(
                "admin", "keys", "split", split, "--keys", keys, "--wallet-hosts", "wallet.example,10.0.0.3", "--zone",
                "UTC")
            #expect(done.exit == .done, "\(done)")
            #expect(done.output.contains("wallet.keys ") && done.output.contains("WalletService"))
            #expect(done.errorOutput.contains("Split the keys again"))
        }
        #expect(folder.mode(of: "split") == 0o700)
        for holder in KeyHolder.allCases {
            #expect(folder.mode(of: "split/\(holder.rawValue).keys") == 0o600)
            #expect(try KeyFile.read("\(split)/\(holder.rawValue).keys", for: holder).holder == holder)
        }
        await printAuthority()
        #expect(folder.read("split/ca.pem") == folder.read("ca.pem"))
        #expect(isGenuine("split/ca.pem"))
        let list = await gateway("admin", "keys", "list", "--keys", "\(split)/queue.keys")
        #expect(list.exit == .done && list.output.contains("queue-credential"))
        rename("\(split)/ca.pem", "\(folder.path)/split-ca.pem")
    }

    @Test func `a certificate of another program is written with its key`() async throws {
        try KeyFile.create(at: keys)
        await printAuthority()
        for _ in 0..<2 {
            let done = await gateway(
                "admin", "certificate", "--output", folder.path + "/edge", "--program", "edge", "--hosts",
                "tickets.example,::1", "--valid", "90d", "--keys", keys)
            #expect(done.exit == .done, "\(done)")
        }
        #expect(isGenuine("edge.pem", "-verify_hostname tickets.example"))
        #expect(folder.mode(of: "edge.key") == 0o600)
        #expect(openssl("x509 -in edge.pem -noout -text").output.contains("URI:onsale:edge, DNS:tickets.example"))
        #expect(
            openssl("x509 -in edge.pem -noout -pubkey").output == openssl("pkey -in edge.key -pubout").output)
        let proxy = await gateway(
            "admin", "certificate", "--output", folder.path + "/proxy", "--name", "proxy", "--keys", keys)
        #expect(proxy.exit == .done)
        #expect(isGenuine("proxy.pem"))
        #expect(!openssl("x509 -in proxy.pem -noout -text").output.contains("URI:onsale"))
    }

    @Test(arguments: [
        (["certificate"], GatewayExit.usage, "pass --ca to print the authority, or --output FILE"),
        (["certificate", "--output", "x"], .usage, "--output needs --program or --name"),
        (["certificate", "--output", "x", "--ca"], .usage, "pass one of them"),
        (["certificate", "--output", "/nonexistent/x", "--name", "x"], .file, "/nonexistent/x.key cannot be written"),
        (
            ["certificate", "--output", "x", "--name", "x", "--hosts", "a b"], .usage,
            "--hosts \"a b\" is not a list of"
        ),
        (["certificate", "--output", "x", "--name", "x", "--hosts", "a,,b"], .usage, "--hosts a,,b is not a list of"),
        (["certificate", "--output", "x", "--name", "x", "--valid", "366d"], .usage, "--valid 366d is not a duration"),
        (["keys", "split", "/nonexistent/x"], .file, "the folder /nonexistent/x cannot be created"),
    ])
    func `a wrong option is named`(words: [String], exit: GatewayExit, problem: String) async throws {
        try KeyFile.create(at: keys)
        let refused = await gateway(["admin"] + words + ["--keys", keys])
        #expect(refused.exit == exit, "\(refused)")
        #expect(refused.errorOutput.contains(problem), "\(refused.errorOutput)")
    }

    @Test func `the file of one program makes no certificate, credential or other file`() async throws {
        try KeyFile.create(at: keys)
        let split = folder.path + "/split"
        #expect(await gateway("admin", "keys", "split", split, "--keys", keys).exit == .done)
        for words in [
            ["keys", "split", "\(folder.path)/again"], ["certificate", "--ca"], ["keys", "stage", "auth"],
            ["credential"],
        ] {
            let refused = await gateway(["admin"] + words + ["--keys", "\(split)/wallet.keys"])
            #expect(refused.exit == .refused)
            #expect(refused.errorOutput.contains("this key file has the keys of WalletService only"))
        }
    }
}
