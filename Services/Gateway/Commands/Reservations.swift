import ConcertAPI
import Kernel

enum Reservations {
    static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"), .optional)

    static let command = Command(
        "reservations", "Lists your reservations, newest first.",
        calls: [.concert], caller: .user, operands: [concert], flags: [CommonFlags.zone],
        examples: ["gateway reservations", "gateway reservations moon-tour --json"],
        run: list)

    private static func list(_ run: Invocation) async throws(GatewayError) {
        let reservations = try await run.reservations(of: try run.arguments.value(concert))
        if reservations.isEmpty, !run.isJSON { return run.console.print("You have no reservations.") }
        let names = run.isJSON ? [:] : try await run.dateNames(of: reservations)
        var table = Table([("CODE", .left), ("DATE", .left), ("STATE", .left), ("TOTAL", .right), ("SEATS", .wrapped)])
        for reservation in reservations {
            let report = ReservationReport(reservation: reservation)
            table.add([
                IDSuffix.text(of: reservation.reservationID), names[reservation.scheduleID] ?? "",
                report.shortText(run.clock.now), report.total, report.seats,
            ])
        }
        run.show(.list(reservations) { ReservationReport(reservation: $0).json }, table.text(run.console))
    }
}

extension Invocation {
    /// The names of the dates of reservations, such as `moon-tour/friday`. Only the concert if its dates need a pass.
    fileprivate func dateNames(of reservations: [ReservationEntry]) async throws(GatewayError) -> [[UInt8]: String] {
        let byConcert = Dictionary(grouping: reservations, by: \.concertID)
        var names: [[UInt8]: String] = [:]
        for concert in try await concerts() {
            guard let own = byConcert[concert.concertID] else { continue }
            let dates = (try? await self.dates(of: concert)) ?? []
            for id in Set(own.map(\.scheduleID)) {
                let date = dates.first { $0.scheduleID == id }?.settings?.name
                names[id] = date.map { "\(concert.name)/\($0)" } ?? concert.name
            }
        }
        return names
    }
}
