import Kernel
import RPC

/// Reads the logs of what operators did, of one or several services, in the order of the times.
package struct ActionReader: Sendable {
    /// The actions to read. The default is all.
    package struct Filter: Sendable {
        package let user: UserID?
        /// The full name of a method. Empty for all.
        package let method: String
        package let since: Timestamp?
        package let until: Timestamp?

        package init(user: UserID? = nil, method: String = "", since: Timestamp? = nil, until: Timestamp? = nil) {
            self.user = user
            self.method = method
            self.since = since
            self.until = until
        }
    }

    /// The rest of the log of one service.
    private struct Rest: Sendable {
        let service: Service
        var read: ArraySlice<OperatorAction> = []
        var last: UInt64 = 0
        var isAtEnd = false
    }

    private let caller: ServiceCaller
    private let filter: Filter
    private var rests: [Rest]

    package init(_ caller: ServiceCaller, _ services: [Service], _ filter: Filter = Filter()) {
        self.caller = caller
        self.filter = filter
        rests = services.map { Rest(service: $0) }
    }

    /// Returns the next action. Nil if there is none yet: the next call then asks the services again.
    package mutating func next() async throws -> (service: Service, action: OperatorAction)? {
        for index in rests.indices {
            while rests[index].read.isEmpty, !rests[index].isAtEnd { try await readPage(index) }
        }
        let next = rests.indices.filter { !rests[$0].read.isEmpty }
            .min { rests[$0].read[rests[$0].read.startIndex].at < rests[$1].read[rests[$1].read.startIndex].at }
        guard let next, let action = rests[next].read.popFirst() else {
            for index in rests.indices { rests[index].isAtEnd = false }
            return nil
        }
        return (rests[next].service, action)
    }

    private mutating func readPage(_ index: Int) async throws {
        let request = ListActionsRequest(
            afterSerial: rests[index].last, userID: filter.user, method: filter.method, since: filter.since,
            until: filter.until)
        let page = try await caller.call(ActionsMethods.listActions, request, at: rests[index].service)
        rests[index].read = page.actions[...]
        rests[index].isAtEnd = !page.hasMore
        rests[index].last = page.hasMore ? page.actions.last?.serial ?? page.lastSerial : page.lastSerial
    }
}
