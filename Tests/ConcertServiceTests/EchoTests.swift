import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

/// Refusals quote only the beginning of a long text.
@Suite struct EchoTests {
    @Test func `a refusal quotes at most 200 bytes of the text`() async throws {
        try await House.with(.memory) { house in
            let text = String(repeating: "é", count: 50_000)
            let (admin, alice) = (house.calls(of: .operator), house.calls(of: .alice))
            let options = CallOptions(requestID: .numbered(10))
            let refusals = [
                await expectRefusal("INVALID_FIELD") {
                    try await admin.createConcert(
                        CreateConcertRequest(name: text, title: "Moon", host: "Moons", currency: "EUR"), options)
                },
                await expectRefusal("INVALID_FIELD") {
                    try await admin.createConcert(
                        CreateConcertRequest(name: "sun", title: "Sun", host: "Suns", currency: text), options)
                },
                await expectRefusal("INVALID_FIELD") { try await alice.reserveSeats(house.request([text]), options) },
                await expectRefusal("GRADE_UNKNOWN") { try await alice.reserveSeats(house.best(2, text), options) },
                await expectRefusal("INVALID_FIELD") {
                    try await admin.showSeatHistory(
                        ShowSeatHistoryRequest(
                            concertID: house.concert, scheduleID: house.schedule, seat: text))
                },
                await expectRefusal("INVALID_FIELD") {
                    try await house.calls(of: .service).confirm(
                        ConfirmRequest(
                            concertID: house.concert, paymentID: .numbered(11),
                            reservationID: .numbered(12), userID: TestCaller.alice.user, amount: 1,
                            currency: text))
                },
            ]
            for message in refusals.map({ $0?.message ?? "" }) {
                #expect(message.contains("éé…”") && message.utf8.count < 400, "\(message.utf8.count): \(message)")
            }
        }
    }
}
