import Identity
import Kernel

/// A caller in a test.
package struct TestCaller: Sendable {
    package let user: UserID
    package let role: Role
    package let duties: Duties

    package init(user: UserID, role: Role, duties: Duties? = nil) {
        self.user = user
        self.role = role
        self.duties = duties ?? (role == .operator ? .all : [])
    }

    package static let alice = TestCaller(user: .alice, role: .user)
    package static let bob = TestCaller(user: .bob, role: .user)
    package static let `operator` = TestCaller(user: UserID(high: 2, low: 1), role: .operator)
    package static let service = TestCaller(user: UserID(high: 3, low: 1), role: .service)

    /// Numbered users for tests with many of them. None of them is alice or bob.
    package static func user(_ number: Int) -> TestCaller {
        TestCaller(user: UserID(high: 4, low: UInt64(number)), role: .user)
    }

    package func credential(_ keys: KeyFile, until expiry: Timestamp = .distantFuture) -> [UInt8] {
        Credentials(keys).sign(Credential(user: user, role: role, duties: duties, expiry: expiry))
    }
}
