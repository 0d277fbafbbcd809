import Identity
import Kernel

/// A caller in a test.
package struct Somebody: Sendable {
    package let user: UserID
    package let role: Role

    package static let alice = Somebody(user: .alice, role: .user)
    package static let bob = Somebody(user: .bob, role: .user)
    package static let `operator` = Somebody(user: UserID(high: 2, low: 1), role: .operator)
    package static let service = Somebody(user: UserID(high: 3, low: 1), role: .service)

    /// Numbered users for tests with many of them. None of them is alice or bob.
    package static func user(_ number: Int) -> Somebody {
        Somebody(user: UserID(high: 4, low: UInt64(number)), role: .user)
    }

    package func credential(_ keys: KeyFile, until expiry: Timestamp = .distantFuture) -> [UInt8] {
        Credentials(keys).sign(Credential(user: user, role: role, expiry: expiry))
    }
}
