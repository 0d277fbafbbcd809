import Identity
import Kernel
import RPC
import Threads

/// The credential with which this service calls others. It is renewed long before it expires.
final class ServiceIdentity: Sendable {
    private static let user = UserID(high: 0, low: 3)
    private static let lifetime = Duration.hours(2)
    private static let renewal = Duration.hours(1)

    private struct Signed {
        var credential: [UInt8] = []
        var expiry = Timestamp(milliseconds: .min)
    }

    private let credentials: Credentials
    private let clock: any Clock
    private let signed = Lock(Signed())

    init(_ keys: KeyFile, _ clock: any Clock) {
        credentials = Credentials(keys)
        self.clock = clock
    }

    func options(timeout: Duration) -> CallOptions {
        CallOptions(timeout: timeout, credential: credential)
    }

    private var credential: [UInt8] {
        let now = clock.now
        return signed.withLock { signed in
            // Also renew after the clock was set back, because other services refuse a credential that expires too
            // late.
            if !(now + Self.renewal...now + Self.lifetime).contains(signed.expiry) {
                signed.expiry = now + Self.lifetime
                signed.credential = credentials.sign(
                    Credential(user: Self.user, role: .service, expiry: signed.expiry))
            }
            return signed.credential
        }
    }
}
