import Identity
import Kernel

/// A caller in a test.
package struct TestCaller: Sendable {
    package let user: UserID
    package let role: Role
    package let duties: Duties
    /// Nil if the credential does not belong to a sign-in.
    package let session: SessionID?

    /// An operator has all duties unless the test gives other ones.
    package init(user: UserID, role: Role, duties: Duties? = nil, session: SessionID? = nil) {
        self.user = user
        self.role = role
        self.duties = duties ?? (role == .operator ? .all : [])
        self.session = session
    }

    package static let alice = TestCaller(user: .alice, role: .user)
    package static let bob = TestCaller(user: .bob, role: .user)
    package static let `operator` = TestCaller.operator(with: .all)
    package static let service = TestCaller(user: UserID(high: 3, low: 1), role: .service)

    /// Numbered users for tests with many of them. None of them is alice or bob.
    package static func user(_ number: Int) -> TestCaller {
        TestCaller(user: UserID(high: 4, low: UInt64(number)), role: .user)
    }

    package static func `operator`(with duties: Duties) -> TestCaller {
        TestCaller(user: UserID(high: 2, low: 1), role: .operator, duties: duties)
    }

    package func credential(_ keys: KeyFile, until expiry: Timestamp = .distantFuture) -> [UInt8] {
        Credentials(keys).sign(Credential(user: user, role: role, duties: duties, session: session, expiry: expiry))
    }
}
