import TestSupport

/// The openssl command line, which knows nothing of this code.
enum OpenSSL {
    static func run(_ words: String, in folder: TemporaryFolder) -> Command.Outcome {
        Command.run(["openssl"] + words.split(separator: " ").map(String.init), in: folder.path)
    }

    /// True if `file` is a certificate that leads to `ca.pem`, perhaps by way of the certificates in `untrusted`.
    static func verify(
        _ file: String, _ untrusted: String? = nil, options: String = "", in folder: TemporaryFolder
    ) -> Bool {
        let between = untrusted.map { "-untrusted \($0)" } ?? ""
        let outcome = run("verify -x509_strict -no-CApath -CAfile ca.pem \(between) \(options) \(file)", in: folder)
        return outcome.status == 0 && outcome.output == "\(file): OK\n"
    }
}
