import Kernel
import RPC

extension TestService {
    /// The events after a serial, after the job has numbered them.
    package func events(after serial: UInt64 = 0) async throws -> [SaleEvent] {
        try await run("events")
        let request = WatchEventsRequest(afterSerial: serial, stopsAtEnd: true)
        var events: [SaleEvent] = []
        for try await event in EventsClient(client(of: .operator(with: .read))).watchEvents(request) {
            events.append(event)
        }
        return events
    }
}
