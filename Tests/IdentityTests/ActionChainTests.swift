import Identity
import Kernel
import Testing

/// The chain of the log of what operators did.
struct ActionChainTests {
    private static func record(
        at: Timestamp = Timestamp(milliseconds: 1_800_000_000_000), user: UInt64 = 1, session: SessionID? = nil,
        duties: Duties = .sales, method: String = "onsale.queue.v1.Queue/OpenRoom", requestID: RequestID? = nil,
        request: String = "{}"
    ) -> ActionRecord {
        ActionRecord(
            at: at, user: UserID(high: 2, low: user), session: session, duties: duties, method: method,
            requestID: requestID, requestHash: ActionRecord.hash(ofRequest: request, salt: [1, 2, 3]))
    }

    private static func chain(_ records: [ActionRecord]) -> ActionChain {
        records.reduce(into: ActionChain()) { $0.append($1) }
    }

    /// Computed by another program: hashlib.blake2b(…, digest_size=32) over the bytes that `ActionChain` describes.
    @Test func `the hash covers the described bytes`() {
        let record = Self.record(session: SessionID(high: 5, low: 6), requestID: RequestID(high: 7, low: 8))
        let chain = Self.chain([record, Self.record(user: 9, duties: [.owner, .read])])
        #expect(chain.serial == 2)
        #expect(
            chain.hash.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                == "c390aa3d902e7206ed01c3c97b43588ff39421e55759256a37f255afa8ee0f14")
    }

    @Test func `each part of an action changes the hash`() {
        let plain = Self.record()
        let others = [
            Self.record(at: plain.at + .milliseconds(1)), Self.record(user: 3),
            Self.record(session: .init(high: 1, low: 1)),
            Self.record(duties: [.sales, .read]), Self.record(method: "onsale.queue.v1.Queue/PauseRoom"),
            Self.record(requestID: .init(high: 1, low: 1)), Self.record(request: "{ }"),
        ]
        let hashes = Set(([plain] + others).map { Self.chain([$0]).hash })
        #expect(hashes.count == others.count + 1)
        #expect(Self.chain([plain, others[0]]).hash != Self.chain([others[0], plain]).hash)
    }

    @Test func `the salt hides a request that is deleted`() {
        #expect(ActionRecord.newSalt() != ActionRecord.newSalt())
        #expect(ActionRecord.hash(ofRequest: "{}", salt: [1]) != ActionRecord.hash(ofRequest: "{}", salt: [2]))
    }

    @Test func `an action out of place is a violation`() {
        let records = [Self.record(user: 1), Self.record(user: 2), Self.record(user: 3)]
        let hashes = (1...3).map { Self.chain(Array(records.prefix($0))).hash.bytes }
        var whole = ActionChain()
        for (index, record) in records.enumerated() {
            #expect(whole.violation(appending: record, serial: Int64(index + 1), hash: hashes[index]) == nil)
        }
        #expect(whole.violation(end: 3, hash: hashes[2]) == nil)
        #expect(whole.violation(end: 4, hash: hashes[2]) == "action 4 is missing: the chain has 4 actions")
        let isChanged = "the stored end of the chain is not action 3: the end was changed"
        #expect(whole.violation(end: 3, hash: hashes[1]) == isChanged)
        #expect(whole.violation(end: 2, hash: hashes[1]) == isChanged)

        var first = Self.chain(Array(records.prefix(1)))
        #expect(
            first.violation(appending: records[2], serial: 3, hash: hashes[2])
                == "action 2 is missing: action 3 follows 1")
        #expect(
            first.violation(appending: records[2], serial: 2, hash: hashes[1])
                == "action 2 does not match its hash: it was changed or replaced")
        #expect(ActionChain().violation(end: 0, hash: []) == nil)
    }
}
