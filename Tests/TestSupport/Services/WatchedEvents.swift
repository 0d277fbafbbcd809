import Kernel
import RPC

extension TestService {
    /// Runs the job that numbers events, and returns those after a serial.
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
