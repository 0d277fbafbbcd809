import ConcertAPI
import Kernel
import WalletAPI

/// Concerts whose payments were stopped because something happened that must never happen.
enum AdminHalts {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))

    static let list = Command(
        "admin halts list", "Lists the concerts for which no new payment is taken, and why.",
        calls: [.wallet, .concert], caller: .operator, flags: [CommonFlags.zone],
        examples: ["gateway admin halts list"],
        run: { run async throws(GatewayError) in
            let reply = try await run.call(WalletMethods.listHalted, ListHaltedRequest())
            if reply.halts.isEmpty, !run.isJSON { return run.console.print("Nothing is halted.") }
            let concerts = try await run.concerts()
            func name(_ id: [UInt8]) -> String {
                concerts.first { $0.concertID == id }?.name ?? ConcertID(bytes: id).map { "\($0)" } ?? ""
            }
            var table = Table([("CONCERT", .left), ("SINCE", .text), ("PAYMENT", .left), ("WHY", .text)])
            for halt in reply.halts {
                table.add([
                    name(halt.concertID), run.shown(halt.haltedAtMs),
                    PaymentID(bytes: halt.paymentID).map { "\($0)" } ?? "", halt.why,
                ])
            }
            run.show(
                .list(reply.halts) { halt in
                    .object([
                        "concert": .string(name(halt.concertID)), "concertId": .id(halt.concertID),
                        "why": .string(halt.why), "userId": .id(halt.userID), "paymentId": .id(halt.paymentID),
                        "haltedAt": .time(halt.haltedAtMs),
                    ])
                }, table.text(run.console))
            if reply.hasMore { run.note("There are more than are listed.") }
        })

    static let lift = Command(
        "admin halts lift", "Takes payments for a concert again. First find out what had happened.",
        calls: [.wallet, .concert], caller: .operator, operands: [concert], flags: [CommonFlags.yes],
        examples: ["gateway admin halts lift moon-tour --yes"],
        run: { run async throws(GatewayError) in
            let concert = try await run.concert(named: try run.arguments.required(concert))
            try run.makeSure("Take payments for \(concert.name) again?", otherwise: "payments stay halted")
            _ = try await run.call(WalletMethods.liftHalt, LiftHaltRequest(concertID: concert.concertID))
            run.show(
                .object(["concert": .string(concert.name), "isHalted": .bool(false)]),
                "Payments for \(concert.name) are taken again.")
        })
}
