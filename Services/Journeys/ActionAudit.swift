import Identity
import Kernel
import RPC

/// The result of a check of the whole log of one service.
package struct ActionAudit: Sendable {
    /// The end of the chain. It ends before the first wrong action.
    package private(set) var chain = ActionChain()
    package private(set) var deletedRequestCount = 0
    /// The violation of the first wrong action. Nil if there is none.
    package private(set) var violation: String?

    /// Computes the chain of the log again. `page` lists the actions of a request.
    package init(_ page: (ListActionsRequest) async throws -> ListActionsReply) async throws {
        while violation == nil {
            let page = try await page(ListActionsRequest(afterSerial: UInt64(clamping: chain.serial)))
            for action in page.actions where violation == nil { violation = check(action) }
            guard violation == nil, !page.hasMore || page.actions.isEmpty else { continue }
            violation = violation ?? chain.violation(end: Int64(clamping: page.lastSerial), hash: page.lastHash)
            return
        }
    }

    private mutating func check(_ action: OperatorAction) -> String? {
        let serial = Int64(clamping: action.serial)
        guard let requestHash = Digest(stored: action.requestHash) else {
            return "action \(serial) has a request hash of another size: it was changed"
        }
        let record = ActionRecord(
            at: action.at, user: action.userID, session: action.sessionID, duties: Duties(fields: action.duties),
            method: action.method, requestID: action.requestID, requestHash: requestHash)
        var next = chain
        if let violation = next.violation(appending: record, serial: serial, hash: action.hash) { return violation }
        if action.salt.isEmpty, action.request.isEmpty {
            deletedRequestCount += 1
        } else if ActionRecord.hash(ofRequest: action.request, salt: action.salt) != requestHash {
            return "the request of action \(serial) does not match its hash: it was changed"
        }
        chain = next
        return nil
    }
}
