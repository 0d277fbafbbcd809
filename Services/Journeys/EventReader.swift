import Kernel
import RPC

/// Reads the events of one service in the order of their serials.
package struct EventReader: Sendable {
    private static let retryPause = Duration.seconds(1)

    private let caller: ServiceCaller
    private let service: Service
    /// The serial of the last event that `body` has handled.
    package private(set) var last: UInt64

    package init(_ caller: ServiceCaller, of service: Service, after last: UInt64 = 0) {
        self.caller = caller
        self.service = service
        self.last = last
    }

    /// Passes each event to `body`. With `follows`, it continues with new events, also after an outage of the service, until
    /// the task is cancelled.
    package mutating func read(follows: Bool, _ body: (SaleEvent) async throws -> Void) async throws {
        while true {
            do {
                let request = WatchEventsRequest(afterSerial: last, stopsAtEnd: !follows)
                let options = try await caller.options(of: EventsMethods.watchEvents.description)
                let stream = try caller.connections.client(of: service).open(
                    EventsMethods.watchEvents, request, options)
                for try await event in stream {
                    try await body(event)
                    last = event.serial
                }
                if !follows { return }
            } catch let failure as RPCFailure {
                let failure = CallFailure(failure, of: service)
                let isOver = failure.isBecause(CallReason.credentialExpired)
                guard follows, isOver || failure.outcome == .unavailable else { throw failure }
            }
            try await caller.clock.sleep(for: Self.retryPause)
        }
    }
}
