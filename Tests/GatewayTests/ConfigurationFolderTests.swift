import Journeys
import Kernel
import TestSupport
import Testing

@testable import Gateway

struct ConfigurationFolderTests {
    private let folder = TemporaryFolder()
    private var configuration: ConfigurationFolder { ConfigurationFolder(["XDG_CONFIG_HOME": folder.path]) }

    @Test func `a stored credential is private, and is read back unchanged`() throws {
        let credential = StoredCredential(
            name: "alice", role: .user, user: .init(high: 1, low: 2), expiry: Timestamp(milliseconds: 3),
            bytes: [4, 255])
        try configuration.store(credential)
        #expect(try configuration.credential(of: .user) == credential)
        #expect(try configuration.credential(of: .operator) == nil)
        #expect(folder.mode(of: "onsale") == 0o700)
        #expect(folder.mode(of: "onsale/sign-in") == 0o600)
        try configuration.removeCredential(of: .user)
        #expect(try configuration.credential(of: .user) == nil)
    }

    @Test func `a sign-in that other users can read is refused`() throws {
        try configuration.write("", to: "sign-in")
        _ = Command.run("chmod", "640", "\(folder.path)/onsale/sign-in")
        let error = #expect(throws: GatewayError.self) { try configuration.credential(of: .user) }
        #expect(error?.exit == .file)
        #expect(error?.message.contains("chmod 600 \(folder.path)/onsale/sign-in") == true)
    }

    @Test func `a folder that cannot be written is a file error`() {
        let configuration = ConfigurationFolder(["XDG_CONFIG_HOME": "/proc/nothing"])
        let error = #expect(throws: GatewayError.self) { try configuration.write("", to: "sign-in") }
        #expect(error?.exit == .file)
    }

    @Test func `a file is read to its end, also if it is a pipe`() throws {
        let pipe = "\(folder.path)/pipe"
        _ = Command.run("mkfifo", "-m", "600", pipe)
        let writer = ChildProcess(["sh", "-c", "exec >\(pipe); echo first; sleep 0.1; echo second"])
        #expect(try InputFile.read(pipe, isSecret: true) == "first\nsecond\n")
        writer.wait()
    }

    @Test func `concurrent gateways of a user send the same payment`() async throws {
        let user = UserID(high: 1, low: 1)
        let records = configuration.records { user }
        let reservation = RecentActivity.Reservation(
            concert: ConcertID(high: 1, low: 1), reservation: ReservationID(high: 2, low: 1))
        let payments = try await withThrowingTaskGroup(of: PaymentID.self) { group in
            for number in 1...20 {
                group.addTask {
                    try await onThread {
                        try records.update {
                            try $0.payment(for: reservation, orBegin: PaymentID(high: 3, low: UInt64(number)))
                        }
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(payments.count == 1)
    }
}
