import Glibc
import Identity
import Kernel
import TestSupport
import Testing

@Suite struct KeyFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/keys" }
    private let alice = Credential(
        user: UserID(high: 1, low: 1), role: .user, expiry: .noon + .hours(1))
    private let pass = Pass(
        room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: UserID(high: 1, low: 1),
        expiry: .noon + .minutes(2))

    private func write(_ text: String, mode: mode_t = 0o600) {
        folder.write(text, to: "keys", mode: mode)
    }

    @Test func `a created key file is readable by its owner only`() throws {
        let created = try KeyFile.create(at: path)
        let read = try KeyFile.read(path)
        for kind in KeyFile.Kind.allCases { #expect(read.ids(of: kind) == created.ids(of: kind)) }
        #expect(try CredentialVerifier(read, for: .queue).verify(Credentials(created).sign(alice), at: .noon) == alice)
        #expect(folder.mode(of: "keys") == 0o600)
        #expect(folder.names == ["keys"])
    }

    @Test func `create never overwrites an existing file`() throws {
        let first = try KeyFile.create(at: path)
        #expect(throws: KeyFileError.exists(path: path)) { try KeyFile.create(at: path) }
        #expect(try KeyFile.read(path).ids(of: .auth) == first.ids(of: .auth))
        #expect(folder.names == ["keys"])
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o644] as [mode_t])
    func `a file that other users can access is refused with a remedy`(mode: mode_t) throws {
        try KeyFile.create(at: path)
        chmod(path, mode)
        let error = #expect(throws: KeyFileError.self) { try KeyFile.read(path) }
        #expect(error == .openToOthers(path: path, mode: "0" + String(mode, radix: 8)))
        #expect(error?.description.contains("chmod 600 \(path)") == true)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func `a file of another user is refused`() throws {
        try KeyFile.create(at: path)
        chown(path, 1, 1)
        #expect(throws: KeyFileError.ofAnotherUser(path: path, owner: 1, user: 0)) { try KeyFile.read(path) }
    }

    @Test func `a path that is not a regular file is refused`() {
        #expect(throws: KeyFileError.unreadable(path: path, reason: "No such file or directory")) {
            try KeyFile.read(path)
        }
        #expect(throws: KeyFileError.noRegularFile(path: folder.path)) { try KeyFile.read(folder.path) }
        #expect(throws: KeyFileError.self) { try KeyFile.create(at: folder.path + "/missing/keys") }
        write(String(repeating: "#", count: KeyFile.maximumByteCount + 1))
        #expect(throws: KeyFileError.tooLarge(path: path, maximumByteCount: KeyFile.maximumByteCount)) {
            try KeyFile.read(path)
        }
    }

    private static let secret = String(repeating: "5a", count: 32)

    @Test(arguments: [
        ("", KeyFileError.noKeys(.auth)),
        ("auth 00000001 \(secret)\n", .noKeys(.ticket)),
        ("auth 00000001 \(secret)\nauth 00000001 \(secret)\n", .twice(.auth, KeyID(rawValue: 1))),
        ("# a comment\n\nauth 1 \(secret)\n", .badLine(3)),
        ("auth 00000001 5a5a\n", .badLine(1)),
        ("auth 00000001 \(secret) more\n", .badLine(1)),
        ("other 00000001 \(secret)\n", .badLine(1)),
        ("auth 00000001 \(secret.dropLast())g\n", .badLine(1)),
    ])
    func `an invalid line is named without its secret`(text: String, expected: KeyFileError) {
        write(text)
        let error = #expect(throws: KeyFileError.self) { try KeyFile.read(path) }
        #expect(error == expected)
        #expect(error?.description.contains("5a5a") == false)
    }

    @Test func `comments, blank lines and CRLF are accepted`() throws {
        write("# keys\r\n\r\n  auth\t00000001  \(Self.secret)\r\nticket 00000002 \(Self.secret)\n")
        let keys = try KeyFile.read(path)
        #expect(keys.ids(of: .auth) == [KeyID(rawValue: 1)])
        #expect(keys.ids(of: .ticket) == [KeyID(rawValue: 2)])
    }

    @Test func `services verify each other's tokens during a key replacement`() throws {
        var keys = try KeyFile.create(at: path)
        let old = keys.ids(of: .auth)[0]
        let before = try KeyFile.read(path)

        let new = try keys.stage(.auth)
        try keys.replace(path)
        let staged = try KeyFile.read(path)
        #expect(try CredentialVerifier(before, for: .queue).verify(Credentials(staged).sign(alice), at: .noon) == alice)

        try keys.promote(new, of: .auth)
        try keys.replace(path)
        let promoted = try KeyFile.read(path)
        #expect(promoted.ids(of: .auth) == [new, old])
        #expect(
            try CredentialVerifier(staged, for: .queue).verify(Credentials(promoted).sign(alice), at: .noon) == alice)
        #expect(
            try CredentialVerifier(promoted, for: .queue).verify(Credentials(staged).sign(alice), at: .noon) == alice)
        #expect(try Passes(promoted).verify(Passes(staged).sign(pass), of: pass.user, at: .noon) == pass)

        try keys.drop(old, of: .auth)
        try keys.replace(path)
        let dropped = try KeyFile.read(path)
        #expect(throws: TokenError.unknownKey(old)) {
            try CredentialVerifier(dropped, for: .queue).verify(Credentials(before).sign(alice), at: .noon)
        }
        #expect(throws: TokenError.unknownKey(old)) {
            try Passes(dropped).verify(Passes(before).sign(pass), of: pass.user, at: .noon)
        }
        #expect(folder.names == ["keys"])
        #expect(folder.mode(of: "keys") == 0o600)
    }

    @Test func `ticket codes of an old key stay valid until it is dropped`() throws {
        var keys = KeyFile.random()
        let code = TicketCode(
            concert: ConcertID(high: 1, low: 1), ticket: TicketID(high: 2, low: 2), startsAt: .noon, seat: "B-1")
        let shown = TicketSigner(keys).sign(code)
        let old = keys.ids(of: .ticket)[0]
        let new = try keys.stage(.ticket)
        let signer = TicketSigner(keys)
        #expect(try TicketVerifier(signer.publicKeys).verify(signer.sign(code)) == code, "the old key still signs")
        try keys.promote(new, of: .ticket)
        #expect(try TicketVerifier(TicketSigner(keys).publicKeys).verify(shown) == code)
        try keys.drop(old, of: .ticket)
        #expect(throws: TokenError.unknownKey(old)) {
            try TicketVerifier(TicketSigner(keys).publicKeys).verify(shown)
        }
    }

    @Test func `the number of keys is bounded, and the last key cannot be dropped`() throws {
        var keys = KeyFile.random()
        let id = keys.ids(of: .auth)[0]
        #expect(throws: KeyFileError.noKeys(.auth)) { try keys.drop(id, of: .auth) }
        for _ in 1..<KeyFile.maximumKeysOfAKind { try keys.stage(.auth) }
        #expect(throws: KeyFileError.tooManyKeys(.auth)) { try keys.stage(.auth) }
        let unknown = KeyID(rawValue: id.rawValue &+ 1)
        #expect(throws: KeyFileError.noSuchKey(.auth, unknown)) { try keys.promote(unknown, of: .auth) }
        #expect(throws: KeyFileError.noSuchKey(.auth, unknown)) { try keys.drop(unknown, of: .auth) }
    }

    @Test func `printing or dumping keys shows no secret`() throws {
        write("auth 00000001 \(Self.secret)\nticket 00000002 \(Self.secret)\n")
        let keys = try KeyFile.read(path)
        var dumped = ""
        dump(keys, to: &dumped)
        dumped += "\(keys)" + String(reflecting: keys)
        #expect(dumped.contains("secret"))
        #expect(!dumped.contains("5a5a") && !dumped.contains("90"))
    }
}
