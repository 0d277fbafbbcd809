import Certificates
import CommandLine
import Display
import Files
import Glibc
import Identity
import Kernel

/// Splits the key file into one file for each program, and makes certificates.
enum CertificateCommands {
    private static let longest = SiteAuthority.longestValidity
    private static let local = ["localhost", "127.0.0.1", "::1"]
    private static let valid = Option(
        "valid", .duration(in: .hours(1)...longest), "validity of the certificates; 365d if not given, at most 365d")
    private static let folder = Operand("FOLDER", .path)
    private static let hosts: [(holder: KeyHolder, option: Option<[String]>)] = KeyHolder.allCases.map {
        ($0, Option("\($0.rawValue)-hosts", .hosts, "names and IP addresses of the machines of \($0)"))
    }

    static let split = Command(
        "admin keys split", "Writes a key file for each program, with only what this program needs.",
        details: """
            A program with such a file can make no credential, pass, ticket code or certificate of another program. Give each
            machine only the files of its programs, and keep the file with all keys elsewhere. The files replace older ones
            in FOLDER: \(KeyHolder.allCases.map(\.fileName).joined(separator: ", ")), and ca.pem for the trust of clients.
            Split again, and restart the services, after each step of a key replacement and before the certificates expire.
            Hosts that are not given are \(local.joined(separator: ", ")).
            """,
        operands: [folder],
        flags: [KeyCommands.path, valid, CommonFlags.zone] + hosts.map { $0.option as any AnyOption },
        examples: ["split-keys --keys data/keys --queue-hosts 10.0.0.1"],
        run: { run in try splitKeys(run) })

    private static func splitKeys(_ run: Invocation) throws {
        let folder = run[folder]
        let (validity, now) = (run[valid] ?? longest, run.clock.now)
        let keys = try KeyCommands.change(run) { try KeyFile.read($0) }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw GatewayError(.file, "the folder \(folder) cannot be created: \(SystemError())")
        }
        var files: [(file: String, content: String)] = []
        for (holder, option) in hosts {
            let path = "\(folder)/\(holder.fileName)"
            _ = try KeyCommands.change(run) { _ in
                let part = try keys.split(for: holder, hosts: run[option] ?? local, validFor: validity, now: now)
                try part.replace(path)
                return part
            }
            files.append((path, "\(holder)"))
        }
        let authority = "\(folder)/ca.pem"
        try write(PEM.text(of: SiteAuthority(keys)?.certificates ?? []), to: authority)
        files.append((authority, "clients"))
        let until = now + validity
        run.show(
            files, { .object(["file": .string($0.file), "for": .string($0.content), "until": .time(until)]) },
            ["FILE", "FOR"]
        ) { [$0.file, $0.content] }
        run.note("The certificates expire at \(run.zone.text(of: until)). Split the keys again before that.")
    }

    private static let authority = Option("ca", .flag, "print the certificates of the site authority, for clients")
    private static let holder = Option(
        "program", ValueKind<KeyHolder>.choice, "role in the certificate; none if not given")
    private static let names = Option("hosts", .hosts, "names and IP addresses of the program")
    private static let name = Option("name", .text("NAME"), "name of the program; that of --program if not given")
    private static let output = Option(
        "output", .path, "write FILE.pem with the certificate and FILE.key with its key, and replace older ones")

    static let certificate = Command(
        "admin certificate", "Prints the certificates of the site authority, or makes a certificate of a program.",
        details: """
            The key file contains the site authority. The services make their certificates from it. Clients need ca.pem, which
            --ca prints. For a program, such as a proxy or the web edge, --output writes a certificate and
            its key. --program puts a role into the certificate. Renew the files before they expire.
            """,
        flags: [KeyCommands.path, authority, output, holder, names, name, valid, CommonFlags.zone],
        examples: ["--ca --keys data/keys", "--output edge --program edge --keys data/keys"],
        run: { run in try run[authority] ? showAuthority(run) : makeCertificate(run) })

    private static func site(_ run: Invocation) throws -> (keys: KeyFile, authority: SiteAuthority) {
        let keys = try KeyCommands.change(run) { try KeyFile.read($0) }
        guard let authority = SiteAuthority(keys) else { throw GatewayError.refused("the key file has no authority") }
        return (keys, authority)
    }

    private static func showAuthority(_ run: Invocation) throws {
        guard run[output] == nil else {
            throw GatewayError.usage("--ca prints certificates, and --output makes another one: pass one of them")
        }
        let text = PEM.text(of: try site(run).authority.certificates)
        run.show(.object(["certificates": .string(text)]), String(text.dropLast()))
    }

    private static func makeCertificate(_ run: Invocation) throws {
        guard let path = run[output] else {
            throw GatewayError.usage("pass --ca to print the authority, or --output FILE to make a certificate")
        }
        guard let name = run[name] ?? run[holder].map({ "\($0)" }) else {
            throw GatewayError.usage("--output needs --program or --name, which the certificate shows")
        }
        let (now, validity) = (run.clock.now, run[valid] ?? longest)
        let key = SigningKey.random()
        let subject = CertificateSubject(name: name, holder: run[holder], hosts: run[names] ?? local)
        let certificate = try site(run).authority.certificate(for: subject, key: key, validFor: validity, now: now)
        // A program that reloads files ignores a certificate until its key fits.
        try write(PEM.text(of: key), to: path + ".key")
        try write(PEM.text(of: [certificate]), to: path + ".pem")
        let until = now + validity
        run.show(
            .object([
                "certificate": .string(path + ".pem"), "key": .string(path + ".key"), "name": .string(name),
                "until": .time(until),
            ]), "Wrote \(path).pem and \(path).key for \(name), valid until \(run.zone.text(of: until)).")
    }

    private static func write(_ text: String, to path: String) throws(GatewayError) {
        do throws(SystemError) { try AtomicFile.write(text, to: path) } catch {
            throw GatewayError(.file, "\(path) cannot be written: \(error)")
        }
    }
}

extension KeyHolder {
    fileprivate var fileName: String { "\(rawValue).keys" }
}
