import ConcertAPI
import Identity
import Kernel

enum TicketVerify {
    private static let code = Operand("CODE", ValueKind<String>.text("CODE"))

    static let command = Command(
        "ticket verify", "Checks the signature of a ticket code with the public keys of the service.",
        details: """
            It does not check whether the ticket was used or cancelled: gateway admin check-in does. CODE is the text of
            the QR code of a ticket; - reads it from standard input.
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
                "Genuine: seat \(ticket.seat.printable), \(run.localTime(ticket.startsAt.milliseconds)).")
        } catch {
            throw GatewayError(.refused, "the ticket code is not genuine: \(error)", reason: "CODE_REFUSED")
        }
    }
}
