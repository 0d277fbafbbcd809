import Kernel

/// Thrown by the closure of a batch: these requests fail, although the transaction has written rows for them. The batch runs
/// again without them. The keys are their indexes.
@usableFromInline
package struct BatchFailures: Error {
    @usableFromInline let errors: [Int: any Error]

    package init(_ errors: [Int: any Error]) {
        precondition(!errors.isEmpty, "a batch that fails names a request")
        self.errors = errors
    }
}

extension Database {
    /// Runs requests in one transaction, with an outcome for each. `body` returns the outcomes in the order of the
    /// requests. It writes nothing for a request that fails.
    ///
    /// One request cannot fail the others. After an error of one request, the rest of the batch runs again. If that
    /// request is unknown, each runs in a separate transaction. An error of the storage fails all. `joiningOthers` is as for one
    /// transaction, for a batch of several.
    @inlinable
    package func transaction<Request: Sendable, Value: Sendable>(
        for requests: [Request], before deadline: @escaping @Sendable (Request) -> Uptime?,
        joiningOthers: Bool = false,
        _ body: @escaping @Sendable ([Request], Transaction) throws -> [Result<Value, any Error>]
    ) async throws -> [Result<Value, any Error>] {
        var outcomes = [Result<Value, any Error>?](repeating: nil, count: requests.count)
        var rest = Array(requests.indices)
        while rest.count > 1 {
            do {
                let shared = rest.map { requests[$0] }
                let deadlines = shared.compactMap(deadline)
                let latest = deadlines.count == shared.count ? deadlines.max() : nil
                let values = try await transaction(
                    before: latest, attempts: .shared, joiningOthers: joiningOthers
                ) { tx in try body(shared, tx) }
                for (index, value) in zip(rest, values) { outcomes[index] = value }
                rest = []
            } catch let failures as BatchFailures {
                for (index, error) in failures.errors { outcomes[rest[index]] = .failure(error) }
                rest = rest.filter { outcomes[$0] == nil }
            } catch let error where Self.isOfOneRequest(error) {
                break
            }
        }
        for (index, outcome) in await alone(rest.map { ($0, requests[$0]) }, before: deadline, body) {
            outcomes[index] = outcome
        }
        return outcomes.map { $0! }
    }

    /// Runs each request in a separate transaction.
    @usableFromInline
    func alone<Request: Sendable, Value: Sendable>(
        _ requests: [(index: Int, request: Request)], before deadline: @escaping @Sendable (Request) -> Uptime?,
        _ body: @escaping @Sendable ([Request], Transaction) throws -> [Result<Value, any Error>]
    ) async -> [(Int, Result<Value, any Error>)] {
        await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            for (index, request) in requests {
                group.addTask {
                    do {
                        let outcome = try await self.transaction(before: deadline(request)) { tx in
                            try body([request], tx)
                        }
                        return (index, outcome[0])
                    } catch let failures as BatchFailures {
                        return (index, .failure(failures.errors[0]!))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// False for an error of the storage, and if a commit may have succeeded.
    @usableFromInline
    static func isOfOneRequest(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return true }
        switch error.reason {
        case .conflict, .constraint, .damaged, .misuse: return !error.mayHaveCommitted
        case .unavailable, .diskFull, .overloaded, .deadlinePassed, .closed, .setup: return false
        }
    }
}
