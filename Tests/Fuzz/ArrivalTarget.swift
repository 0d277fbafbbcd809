import Certificates
import Identity
import Kernel
import Threads
@testable import RPC

/// Checks the first bytes of a connection: no bytes crash TLS or pass as a finished handshake, and a PROXY header is
/// read alike as a whole and in pieces.
enum ArrivalTarget {
    static func test(_ input: UnsafeRawBufferPointer) -> Int32 {
        guard let choice = input.first else { return taken }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        if choice % 2 == 0 { readHeader(bytes) } else { shakeHands(bytes) }
        return taken
    }

    private static func readHeader(_ bytes: UnsafeRawBufferPointer) {
        let whole = outcome(bytes)
        for count in 0..<bytes.count {
            let part = outcome(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            expect(part == "" || part == whole, "\(part) after \(count) bytes, \(whole) as a whole")
        }
    }

    /// The empty text if the header is not complete.
    private static func outcome(_ bytes: UnsafeRawBufferPointer) -> String {
        switch ProxyHeader.read(bytes) {
        case .needsMore: return ""
        case .malformed: return "malformed"
        case .header(let header):
            expect(header.byteCount <= bytes.count, "a header ends behind its bytes")
            if let client = header.client { expect(Address(client.description) == client, "\(client) is no address") }
            return "\(header)"
        }
    }

    private static let context: TLSContext = {
        let (keys, now) = (KeyFile.random(), SystemClock().now)
        let made = ProgramCertificate(keys, for: CertificateSubject(.queue, hosts: ["localhost"]), now: now)
        do {
            return try TLSContext(
                .server, certificate: TLSCertificate(chain: made.certificates, key: made.key),
                trusting: .these(made.authorities), now: now)
        } catch { fatalError("\(error)") }
    }()

    private static func shakeHands(_ bytes: UnsafeRawBufferPointer) {
        let session = TLSSession(context, TLSBuffers(), host: nil)
        if case .established = session.handshake(bytes).0 { fatalError("a handshake without a client") }
    }
}
