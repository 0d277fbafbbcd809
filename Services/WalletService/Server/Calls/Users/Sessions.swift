import Identity
import Kernel
import WalletAPI

/// Creates the credentials of users who sign in.
struct Sessions: Sendable {
    private let credentials: Credentials
    private let lifetime: Duration
    private let clock: any Clock

    init(_ keys: KeyFile, lifetime: Duration, clock: any Clock) {
        credentials = Credentials(keys)
        self.lifetime = lifetime
        self.clock = clock
    }

    func begin(for user: UserID) -> Session {
        let expiry = clock.now + lifetime
        let credential = credentials.sign(Credential(user: user, role: .user, expiry: expiry))
        return Session(userID: user, credential: credential, expiresAt: expiry)
    }
}
