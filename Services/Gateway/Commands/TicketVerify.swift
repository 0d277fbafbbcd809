import ConcertAPI
import Identity
import Kernel

enum TicketVerify {
    private static let code = Operand("CODE", ValueKind<String>.text("CODE"))

    static let command = Command(
        "ticket verify", "Tells a genuine ticket code from a forged or altered one, with public keys alone.",
        details: """
            Whether the ticket was used or cancelled since only the service knows: gateway admin check-in. CODE is what a
            reader of QR codes makes of a ticket; - reads it from standard input.
            """,
        calls: [.concert], operands: [code], flags: [CommonFlags.zone],
        examples: ["gateway ticket verify AMZD4…", "zbarcam --raw -1 | gateway ticket verify -"],
        run: verify)

    private static func verify(_ run: Invocation) async throws(GatewayError) {
        let given = try run.arguments.required(code)
        let text = (given == "-" ? run.console.input.line() ?? "" : given).filter { !$0.isWhitespace }
        let keys = try await run.call(ConcertMethods.showTicketKeys, ShowTicketKeysRequest()).keys
        let verifier = TicketVerifier(
            keys.compactMap { TicketPublicKey(id: KeyID(rawValue: $0.keyID), bytes: $0.publicKey) })
        do throws(TokenError) {
            let ticket = try verifier.verify(text)
            run.show(
                .object([
                    "genuine": .bool(true), "concertId": .string("\(ticket.concert)"),
                    "ticketId": .string("\(ticket.ticket)"), "seat": .string(ticket.seat),
                    "startsAt": .time(ticket.startsAt.milliseconds),
                ]),
                "Genuine: seat \(ticket.seat.printable), \(run.shown(ticket.startsAt.milliseconds)).")
        } catch {
            throw GatewayError(.refused, "this is no genuine ticket: \(error)", reason: "CODE_REFUSED")
        }
    }
}
