import Kernel
import TestSupport
import Testing
import Threads

@testable import Certificates
@testable import Identity

/// A stolen program: everything that the secrets of its key file can make is offered to the other programs.
@Suite struct ForgeryTests {
    private let keys = KeyFile.random()
    private static let services: [KeyHolder] = [.queue, .concert, .wallet]

    /// Secrets of a file with the ids of their lines, and the secret key of its certificate.
    private func secrets(of holder: KeyHolder) throws -> [KeyFile.Key] {
        let part = try keys.split(for: holder, hosts: ["localhost"], validFor: .days(365), now: .noon)
        let own = KeyPurpose.allCases.flatMap { part.keys(for: $0) }
        let ids = KeyFile.Kind.allCases.flatMap { keys.ids(of: $0) }
        // The ids are no secrets, so each secret is tried with each id.
        return ids.flatMap { id in
            (own.map(\.secret) + [part.certificate!.key.seed]).map { KeyFile.Key(id: id, secret: $0) }
        }
    }

    /// Operator credentials that one secret can make: as the key of each tag, of an old credential, and as `auth` key.
    private func credentials(with key: KeyFile.Key) -> [[UInt8]] {
        let forged = Credential(
            user: UserID(high: 6, low: 6), role: .operator, duties: .all, expiry: .noon + .hours(1))
        let content = Array(Credentials(keys).sign(forged).prefix(47))
        var token = [content[0]] + key.id.rawValue.bigEndianBytes + content.dropFirst(5)
        let tag = TagKey(key.secret).tag(of: token)
        token += tag + tag + tag
        let body = [forged.role.rawValue] + forged.user.bytes + forged.expiry.milliseconds.bigEndianBytes
        return [token, Seal(.oldCredential, [key]).sign(body), Credentials(file(of: key)).sign(forged)]
    }

    /// A file with all keys, made of one secret.
    private func file(of key: KeyFile.Key) -> KeyFile {
        KeyFile(.all(Dictionary(uniqueKeysWithValues: KeyFile.Kind.allCases.map { ($0, [key]) })))
    }

    @Test(arguments: KeyHolder.allCases)
    func `a stolen program makes credentials for itself at most, and only WalletService for others`(
        holder: KeyHolder
    ) throws {
        let tokens = try secrets(of: holder).flatMap(credentials)
        for service in Self.services {
            let verifier = CredentialVerifier(keys, for: service)
            let isAccepted = tokens.contains { (try? verifier.verify($0, at: .noon)) != nil }
            #expect(isAccepted == (holder == .wallet || holder == service), "\(holder) at \(service)")
        }
    }

    @Test(arguments: KeyHolder.allCases)
    func `only QueueService and ConcertService can make passes`(holder: KeyHolder) throws {
        let user = UserID(high: 6, low: 6)
        let pass = Pass(
            room: RoomID(high: 1, low: 2), place: PlaceID(high: 3, low: 4), user: user, expiry: .distantFuture)
        let isAccepted = try secrets(of: holder).contains { key in
            let direct = Seal(.pass, [key]).sign(
                pass.room.bytes + pass.place.bytes + pass.user.bytes + pass.expiry.milliseconds.bigEndianBytes)
            return [direct, Passes(file(of: key)).sign(pass)].contains {
                (try? Passes(keys).verify($0, of: user, at: .noon)) != nil
            }
        }
        #expect(isAccepted == (holder == .queue || holder == .concert))
    }

    @Test(arguments: KeyHolder.allCases)
    func `only ConcertService can make ticket codes`(holder: KeyHolder) throws {
        let code = TicketCode(
            concert: ConcertID(high: 1, low: 1), ticket: TicketID(high: 2, low: 2), startsAt: .noon, seat: "B-1")
        let verifier = TicketVerifier(TicketSigner(keys).publicKeys)
        let isAccepted = try secrets(of: holder).contains { key in
            (try? verifier.verify(TicketSigner(file(of: key)).sign(code))) != nil
        }
        #expect(isAccepted == (holder == .concert))
    }

    @Test(arguments: KeyHolder.allCases)
    func `no program can make a certificate of another program`(holder: KeyHolder) throws {
        let folder = TemporaryFolder()
        folder.write(PEM.text(of: SiteAuthority(keys)!.certificates), to: "ca.pem")
        let part = try keys.split(for: holder, hosts: ["localhost"], validFor: .days(365), now: SystemClock().now)
        folder.write(PEM.text(of: [part.certificate!.certificate]), to: "own.pem")
        #expect(OpenSSL.verify("own.pem", in: folder), "the certificate of the file is genuine")
        let subject = CertificateSubject(holder == .wallet ? .queue : .wallet, hosts: ["localhost"])
        for key in try secrets(of: holder) {
            let certificate = SiteAuthority(file(of: key))!.certificate(
                for: subject, key: .random(), validFor: .days(1), now: SystemClock().now)
            folder.write(PEM.text(of: [certificate]), to: "forged.pem")
            #expect(!OpenSSL.verify("forged.pem", "own.pem", in: folder))
        }
        #expect(SiteAuthority(part) == nil)
    }
}
