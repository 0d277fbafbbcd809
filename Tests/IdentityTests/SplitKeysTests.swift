import Glibc
import Identity
import Kernel
import TestSupport
import Testing

/// The file of one program.
@Suite struct SplitKeysTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/keys" }
    private let keys = KeyFile.random()
    private static let services: [KeyHolder] = [.queue, .concert, .wallet]
    private let alice = Credential(user: UserID(high: 1, low: 1), role: .user, expiry: .noon + .hours(1))
    private let pass = Pass(
        room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: UserID(high: 1, low: 1),
        expiry: .noon + .minutes(2))

    private func part(_ holder: KeyHolder) throws -> KeyFile {
        let certificate = StoredCertificate(authorities: [[1, 2], [3]], certificate: [4, 5], key: .random())
        let part = try keys.part(of: holder, certificate: certificate)
        try part.replace(path)
        let read = try KeyFile.read(path, for: holder)
        #expect(read.holder == holder)
        #expect(read.certificate?.authorities == certificate.authorities)
        #expect(read.certificate?.certificate == certificate.certificate)
        #expect(read.certificate?.key.publicKey == certificate.key.publicKey)
        return read
    }

    @Test func `each program makes and verifies its tokens with its own file`() throws {
        let (queue, concert, wallet) = (try part(.queue), try part(.concert), try part(.wallet))
        #expect(folder.mode(of: "keys") == 0o600)
        let token = Credentials(wallet).sign(alice)
        for (holder, own) in [(KeyHolder.queue, queue), (.concert, concert), (.wallet, wallet)] {
            #expect(try CredentialVerifier(own, for: holder).verify(token, at: .noon) == alice)
            #expect(try CredentialVerifier(keys, for: holder).verify(token, at: .noon) == alice)
        }
        #expect(try Passes(concert).verify(Passes(queue).sign(pass), of: pass.user, at: .noon) == pass)
        let code = TicketCode(
            concert: ConcertID(high: 1, low: 1), ticket: TicketID(high: 2, low: 2), startsAt: .noon, seat: "B-1")
        #expect(try TicketVerifier(TicketSigner(keys).publicKeys).verify(TicketSigner(concert).sign(code)) == code)
    }

    @Test func `a file contains the keys that its program needs, and no others`() throws {
        let words = { (keys: KeyFile) in keys.list.map(\.word) }
        #expect(words(try part(.queue)) == ["queue-credential", "pass", "line"])
        #expect(words(try part(.concert)) == ["concert-credential", "pass", "ticket"])
        #expect(words(try part(.wallet)) == ["queue-credential", "concert-credential", "wallet-credential"])
        #expect(words(try part(.edge)) == [])
    }

    @Test(arguments: KeyHolder.allCases, KeyHolder.allCases)
    func `a program refuses the file of another program`(holder: KeyHolder, reader: KeyHolder) throws {
        _ = try part(holder)
        if holder == reader {
            #expect(throws: Never.self) { try KeyFile.read(path, for: reader) }
        } else {
            let error = #expect(throws: KeyFileError.self) { try KeyFile.read(path, for: reader) }
            #expect(error == .ofAnotherProgram(path: path, holder: holder, reader: reader))
            #expect(error?.description.contains("\(path) is for \(holder), and this is \(reader)") == true)
        }
    }

    @Test(arguments: KeyHolder.allCases)
    func `a file with other modes or without one of its lines is refused`(holder: KeyHolder) throws {
        _ = try part(holder)
        let lines = folder.read("keys")!.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        for word in Set(lines.dropFirst().map { String($0.prefix { $0 != " " }) }) {
            let rest = lines.filter { !$0.hasPrefix(word + " ") }.joined(separator: "\n")
            folder.write(rest, to: "keys")
            #expect(throws: KeyFileError.lacks(holder, word)) { try KeyFile.read(path, for: holder) }
        }
        folder.write(lines.joined(separator: "\n"), to: "keys")
        chmod(path, 0o640)
        #expect(throws: KeyFileError.openToOthers(path: path, mode: "0640")) { try KeyFile.read(path, for: holder) }
    }

    @Test(arguments: [
        "auth 00000001 \(String(repeating: "5a", count: 32))", "ca 00000001 \(String(repeating: "5a", count: 32))",
        "ticket 00000001 \(String(repeating: "5a", count: 32))", "pass 00000001 5a5a", "authority !", "authority",
        "certificate-key 5a5a", "program wallet",
    ])
    func `a line that does not belong to the program is named without its secret`(line: String) throws {
        _ = try part(.queue)
        let lines = folder.read("keys")!.split(separator: "\n").count
        folder.write(folder.read("keys")! + line + "\n", to: "keys")
        let error = #expect(throws: KeyFileError.self) { try KeyFile.read(path, for: .queue) }
        #expect(error == .badLineOfOneProgram(lines + 1))
        #expect(error?.description.contains("5a5a") == false)
    }

    @Test func `the file of one program cannot be changed, or take the place of the file with all keys`() throws {
        var part = try part(.wallet)
        let id = keys.ids(of: .auth)[0]
        #expect(throws: KeyFileError.ofOneProgram(.wallet)) { try KeyFile.read(path) }
        #expect(throws: KeyFileError.ofOneProgram(.wallet)) { try part.stage(.auth) }
        #expect(throws: KeyFileError.ofOneProgram(.wallet)) { try part.promote(id, of: .auth) }
        #expect(throws: KeyFileError.ofOneProgram(.wallet)) { try part.drop(id, of: .auth) }
        #expect(part.ids(of: .auth) == [])
        #expect(throws: KeyFileError.ofOneProgram(.wallet)) {
            try part.part(of: .queue, certificate: part.certificate!)
        }
    }

    @Test func `while a key is replaced, old and new files of all programs accept each other's tokens`() throws {
        var keys = keys
        let old = try part(.wallet)
        try keys.promote(keys.stage(.auth), of: .auth)
        let certificate = StoredCertificate(authorities: [[1]], certificate: [2], key: .random())
        let new = try keys.part(of: .queue, certificate: certificate)
        #expect(try CredentialVerifier(new, for: .queue).verify(Credentials(old).sign(alice), at: .noon) == alice)
    }

    @Test func `sixteen keys of each kind fit into a file`() throws {
        var keys = KeyFile.random()
        for kind in KeyFile.Kind.allCases {
            for _ in 1..<KeyFile.maximumKeysOfAKind { try keys.stage(kind) }
        }
        let authorities = [[UInt8]](repeating: [UInt8](repeating: 1, count: 500), count: KeyFile.maximumKeysOfAKind)
        let certificate = StoredCertificate(
            authorities: authorities, certificate: [UInt8](repeating: 1, count: 2000), key: .random())
        for holder in KeyHolder.allCases {
            try keys.part(of: holder, certificate: certificate).replace(path)
            #expect(throws: Never.self) { try KeyFile.read(path, for: holder) }
        }
    }

    @Test func `dumping the file of one program shows no secret`() throws {
        let part = try part(.concert)
        var dumped = ""
        dump(part, to: &dumped)
        dumped += "\(part)" + String(reflecting: part)
        for line in folder.read("keys")!.split(separator: "\n") where !line.hasPrefix("#") {
            let secret = String(line.split(separator: " ").last!)
            if secret.count == 64 { #expect(!dumped.contains(secret)) }
        }
        #expect(!dumped.contains("seed") && dumped.contains("secret"))
    }
}
