import CommandLine
import Journeys
import Kernel
import RPC

/// Prints the events of sales for other systems.
enum EventCommands {
    private static let after = Option(
        "after", .integer(in: 0...Int.max), "serial of the last event that was handled; needs --service")
    private static let service = Option("service", .choice(["concert", "wallet"]), "only events of this service")
    private static let follow = Option("follow", .flag, "continue with new events until Ctrl-C")

    static let command = Command(
        "admin events", "Prints the events of sales as JSON, one in a line: for mail, accounting or a web site.",
        details: """
            concert: sales, returns, and dates that were cancelled or moved. wallet: payments and refunds. To lose no event,
            store the serial of the last line that was handled for each service, and continue with --after. Events are kept
            for 7 days.
            """,
        calls: [.concert, .wallet], caller: .operator, flags: [service, after, follow],
        examples: ["", "--service wallet --after 0"],
        run: { run in
            let services = run[service].flatMap { Service(rawValue: $0) }.map { [$0] } ?? [.concert, .wallet]
            guard run[after] == nil || services.count == 1 else {
                throw GatewayError.usage(
                    "\(after.flag) needs \(service.flag), because each service has its own serials")
            }
            let first = UInt64(run[after] ?? 0)
            // Without --follow, the events of one service precede those of the next.
            guard run[follow] else {
                for service in services { try await print(service, after: first, run) }
                return
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await print(service, after: first, run) } }
                try await group.waitForAll()
            }
        })

    private static func print(_ service: Service, after serial: UInt64, _ run: Invocation) async throws {
        var reader = EventReader(run.caller, of: service, after: serial)
        try await reader.read(follows: run[follow]) { event in run.console.print(event.json(of: service).text) }
    }
}

extension SaleEvent {
    fileprivate func json(of service: Service) -> JSON {
        .object([
            "service": .string(service.rawValue), "serial": .count(serial), "kind": .name(of: kind), "at": .time(at),
            "version": .count(version), "concertId": .id(concertID), "scheduleId": .id(scheduleID),
            "reservationId": .id(reservationID), "userId": .id(userID), "paymentId": .id(paymentID),
            "refundId": .id(refundID), "amount": currency.isEmpty ? nil : Money.json(amount, currency),
            "seats": seats.isEmpty ? nil : .list(seats) { .string($0) }, "reason": .text(reason),
            "startsAt": .time(startsAt), "endsAt": .time(endsAt),
        ])
    }
}
