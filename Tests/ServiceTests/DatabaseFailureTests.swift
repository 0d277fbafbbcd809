import Database
import RPC
import Service
import TestSupport
import Testing

@Suite struct DatabaseFailureTests {
    @Test func `a call that was not queued may go to another server, and gets a retry time`() throws {
        let failure = try #require(DatabaseError(.overloaded(retryAfter: .milliseconds(40)), "full").failure)
        #expect(failure.code == .resourceExhausted && failure.isNotProcessed && !failure.isIndefinite)
        #expect(failure.retryAfter == .milliseconds(40))
    }

    @Test func `a deadline that passed in the queue gives DEADLINE_EXCEEDED, and nothing changed`() throws {
        let failure = try #require(DatabaseError(.deadlinePassed, "late").failure)
        #expect(failure.code == .deadlineExceeded && !failure.isIndefinite)
    }

    @Test func `only a lost commit is indefinite`() throws {
        let lost = try #require(DatabaseError(.unavailable, "gone", mayHaveCommitted: true).failure)
        #expect(lost.code == .unavailable && lost.isIndefinite)
        let refused = try #require(DatabaseError(.unavailable, "gone").failure)
        #expect(refused.code == .unavailable && !refused.isIndefinite)
    }

    @Test func `the message of the database is not sent to the caller`() throws {
        let failure = try #require(DatabaseError(.unavailable, "host db.example refused user onsale").failure)
        #expect(!failure.message.contains("db.example"))
    }

    @Test func `a defect of the program gives INTERNAL`() {
        for reason in [DatabaseError.Reason.constraint("x"), .misuse, .damaged, .setup] {
            #expect(DatabaseError(reason, "").failure == nil)
        }
    }
}
