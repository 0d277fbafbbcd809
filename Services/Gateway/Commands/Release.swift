import ConcertAPI
import Kernel

enum Release {
    static let command = Command(
        "release", "Releases held seats before the hold ends: the latest ones, or those of a reservation.",
        calls: [.concert], caller: .user, operands: [Invocation.reservation],
        examples: ["gateway release", "gateway release 3f2a9c01"],
        run: release)

    private static func release(_ run: Invocation) async throws(GatewayError) {
        let reservation = try await run.reservation(try run.arguments.value(Invocation.reservation))
        let request = ReleaseReservationRequest(
            concertID: reservation.concertID, reservationID: reservation.reservationID)
        let reply = try await run.call(ConcertMethods.releaseReservation, request)
        let report = ReservationReport(reservation: reply.reservation ?? reservation)
        run.show(report.json, report.text(now: run.clock.now))
    }
}
