import ConcertAPI
import Journeys
import Kernel
import RPC
import TestSupport
import Testing

@testable import Gateway

struct TicketsTests {
    private struct Case {
        let states: [TicketState]
        let hint: String
        var endsIn = Duration.hours(3)
    }

    private static let cases = [
        Case(states: [.used, .valid], hint: "To show one at the gate: gateway ticket show Stalls-1-2"),
        Case(states: [.cancelled, .used], hint: ""),
        Case(states: [.valid], hint: "", endsIn: .zero - .hours(1)),
    ]

    @Test(arguments: cases) private func `the hint names a ticket that is valid and whose date has not ended`(
        example: Case
    )
        async throws
    {
        let ends = Timestamp.noon + example.endsIn
        let concert = [
            Route(ConcertMethods.listConcerts) { _, _ in
                ListConcertsReply(concerts: [
                    Concert(concertID: ConcertID(high: 1, low: 1), name: "moon-tour")
                ])
            },
            Route(ConcertMethods.listTickets) { _, _ in
                ListTicketsReply(
                    tickets: example.states.enumerated().map { index, state in
                        Ticket(
                            state: state, seat: "Stalls-1-\(index + 1)", endsAt: ends)
                    })
            },
        ]
        try await StubServices.with(concert: concert) { services in
            let result = await services.gateway("tickets")
            #expect(result.exit == .done)
            #expect(result.errorOutput == example.hint)
        }
    }
}
