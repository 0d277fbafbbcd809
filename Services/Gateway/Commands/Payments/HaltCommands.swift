import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Concerts whose payments are halted because an invariant was broken.
enum HaltCommands {
    static let list = Command(
        "admin halts list", "Lists the concerts whose payments are halted, with the reason.",
        calls: [.wallet, .concert], caller: .operator, flags: [CommonFlags.zone],
        examples: ["gateway admin halts list"],
        run: { run in
            let reply = try await run.caller.call(WalletMethods.listHalted, ListHaltedRequest())
            let concerts = reply.halts.isEmpty ? [] : try await run.catalogue.concerts()
            func name(_ id: [UInt8]) -> String {
                concerts.first { $0.concertID == id }?.name ?? ConcertID(bytes: id).map { "\($0)" } ?? ""
            }
            run.show(
                reply.halts,
                { halt in
                    .object([
                        "concert": .string(name(halt.concertID)), "concertId": .id(halt.concertID),
                        "why": .string(halt.why), "userId": .id(halt.userID), "paymentId": .id(halt.paymentID),
                        "haltedAt": .time(halt.haltedAtMs),
                    ])
                }, empty: "No payments are halted.", ["CONCERT", .wrapped("SINCE"), "PAYMENT", .wrapped("WHY")]
            ) { halt in
                [
                    name(halt.concertID), run.localTime(halt.haltedAtMs),
                    PaymentID(bytes: halt.paymentID).map { "\($0)" } ?? "", halt.why,
                ]
            }
            if reply.hasMore { run.note("The list is incomplete: more concerts are halted.") }
        })

    static let lift = Command(
        "admin halts lift", "Accepts payments for a concert again. Find the cause of the halt first.",
        calls: [.wallet, .concert], caller: .operator, operands: [Operands.concert], flags: [CommonFlags.yes],
        examples: ["gateway admin halts lift moon-tour --yes"],
        run: { run in
            let concert = try await run.catalogue.concert(named: run[Operands.concert])
            try run.questions.requireConfirmation(
                "Accept payments for \(concert.name) again?", unchanged: "payments for \(concert.name) stay halted")
            _ = try await run.caller.call(WalletMethods.liftHalt, LiftHaltRequest(concertID: concert.concertID))
            run.show(
                .object(["concert": .string(concert.name), "isHalted": .bool(false)]),
                "Payments for \(concert.name) are accepted again.")
        })
}
