import CommandLine
import ConcertAPI
import Journeys
import Kernel
import WalletAPI

/// Pays, shows payments, and lifts the halts of concerts whose payments broke an invariant.
enum PaymentCommands {
    private static let payment = Operand(optional: "PAYMENT", .text("PAYMENT"))
    private static let limit = Option("limit", .count(from: 1), "limit of payments; 20 if not given")

    static let pay = Command(
        "pay", "Pays for a reservation: the latest one, or the given one.",
        details: """
            If a crash, Ctrl-C or a lost connection interrupted a payment, the command continues this payment. It never
            pays twice.
            """,
        calls: [.wallet, .concert], caller: .user, operands: [Operands.reservation], examples: ["", "3f2a9c01 --json"],
        run: { run in
            let reservation = try await Payments(run.caller).reservationToPay(run[Operands.reservation])
            let paid = try await pay(reservation, run)
            let isRepeated = reservation.state == .sold
            run.show(
                paid.json,
                isRepeated
                    ? "Already paid on \(run.localTime(paid.payment.decidedAt)); nothing was charged. Your tickets: gateway tickets"
                    : paid.text)
        })

    static func pay(_ reservation: Reservation, _ run: Invocation) async throws -> PaidReservation {
        try await run.questions.withInterruptMessage(
            "The payment continues, and never pays twice. To see its outcome: gateway pay"
        ) { try await Payments(run.caller).pay(reservation) }
    }

    static let show = Command(
        "payment", "Shows the state of a payment: the latest one, or the given one.",
        details: "The command changes nothing. To continue a payment that is pending: gateway pay",
        calls: [.wallet], caller: .user, operands: [payment], examples: ["", "3f2a9c01 --json"],
        run: { run in
            let payments = Payments(run.caller)
            let payment = try await payments.show(try await payments.id(run[payment]))
            run.show(payment.json, payment.text)
        })

    static let list = Command(
        "payments", "Lists your payments, newest first.",
        calls: [.wallet], caller: .user, flags: [limit], examples: ["", "--limit 100 --json"],
        run: { run in
            run.show(
                try await Payments(run.caller).newest(Int(run[limit] ?? 20)), \.json,
                empty: "You have made no payments.", ["ID", "BEGUN", .right("AMOUNT"), "OUTCOME"]
            ) { [IDSuffix.text(of: $0.paymentID), run.localTime($0.begunAt), $0.total, $0.shortText] }
        })

    static let listOfUser = Command(
        "admin user payments", "Lists the payments of a user, newest first.",
        calls: [.wallet], caller: .operator, operands: [Operands.name], flags: [limit],
        examples: ["alice", "alice --limit 100 --json"],
        run: { run in
            run.show(
                try await Payments(run.caller).newest(Int(run[limit] ?? 20), of: run[Operands.name]), \.json,
                empty: "This user has made no payments.",
                ["ID", .wrapped("BEGUN"), .wrapped("CHANGED"), .right("AMOUNT"), .wrapped("OUTCOME")]
            ) { payment in
                [
                    IDSuffix.text(of: payment.paymentID), run.localTime(payment.begunAt),
                    run.localTime(payment.updatedAt),
                    payment.total, payment.shortText,
                ]
            }
        })

    private static let named = Operand("PAYMENT", .text("PAYMENT"))
    private static let user = Option(
        "user", .text("NAME"), "search only the payments of this user; needed for a short id if there are many payments"
    )

    static let showOfUser = Command(
        "admin payment", "Shows a payment of any user.",
        details:
            "PAYMENT is an id, or the end of one, which its user sees. Then all payments are read, or those of --user.",
        calls: [.wallet], caller: .operator, operands: [named], flags: [user],
        examples: ["0193e5a0-7a55-7000-8000-000000000001", "3f2a9c01 --user alice"],
        run: { run in
            let payment = try await Payments(run.caller).payment(named: run[named], of: run[user])
            let users = try await People(run.caller).users([payment.userID].compactMap { $0 })
            let user = payment.userID.flatMap { users[$0] }
            run.show(
                payment.json.adding(user.names),
                """
                Payment \(payment.paymentID): \(payment.total), \(payment.shortText)
                  payer        \(user.label(of: payment.userID))
                  reservation  \(payment.reservationID.map { "\($0)" } ?? "")
                  begun        \(run.localTime(payment.begunAt))
                  changed      \(run.localTime(payment.updatedAt))
                """)
        })

    static let halts = Command(
        "admin halts list", "Lists the concerts whose payments are halted, with the reason.",
        calls: [.wallet, .concert], caller: .operator, examples: [""],
        run: { run in
            let reply = try await run.caller.call(WalletMethods.listHalted, ListHaltedRequest())
            let concerts = reply.halts.isEmpty ? [] : try await run.catalogue.concerts()
            let users = try await People(run.caller).users(reply.halts.map(\.userID))
            func name(_ id: ConcertID) -> String {
                concerts.first { $0.concertID == id }?.name ?? "\(id)"
            }
            run.show(
                reply.halts,
                { halt in
                    .object([
                        "concert": .string(name(halt.concertID)), "concertId": .id(halt.concertID),
                        "why": .string(halt.why), "userId": .id(halt.userID), "paymentId": .id(halt.paymentID),
                        "haltedAt": .time(halt.haltedAt),
                    ]).adding(users[halt.userID].names)
                }, empty: "No payments are halted.",
                ["CONCERT", .wrapped("SINCE"), "PAYMENT", .wrapped("USER"), .wrapped("WHY")]
            ) { halt in
                [
                    name(halt.concertID), run.localTime(halt.haltedAt), "\(halt.paymentID)",
                    users[halt.userID].label(of: halt.userID), halt.why,
                ]
            }
            if reply.hasMore { run.note("The list is incomplete: more concerts are halted.") }
        })

    static let liftHalt = Command(
        "admin halts lift", "Accepts payments for a concert again. Find the cause of the halt first.",
        calls: [.wallet, .concert], caller: .operator, operands: [Operands.concert], flags: [CommonFlags.yes],
        examples: ["moon-tour --yes"],
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

extension PaidReservation {
    var json: JSON {
        payment.json.adding([
            "seats": seats.isEmpty
                ? nil : .list(seats) { .object(["seat": .string($0.seat), "ticketId": .id($0.ticketID)]) }
        ])
    }

    var text: String {
        guard !seats.isEmpty, payment.outcome == .paid else { return payment.text }
        return "Paid: \(payment.total) for \(SeatText.list(seats.map(\.seat)).printable). Your tickets: gateway tickets"
    }
}

extension Payment {
    var total: String { Money.text(amount, currency) }
    private var refundedText: String { Money.text(refunded, currency) }

    var json: JSON {
        .object([
            "paymentId": .id(paymentID), "code": .string(IDSuffix.text(of: paymentID)),
            "outcome": .name(of: outcome), "reason": outcome == .notPaid ? .name(of: reason) : nil,
            "concertId": .id(concertID), "reservationId": .id(reservationID), "amount": Money.json(amount, currency),
            "isRefunded": .bool(isRefunded), "isCancelling": .bool(isCancelling), "begunAt": .time(begunAt),
            "decidedAt": .time(decidedAt), "refundedAt": .time(refundedAt), "refunded": Money.json(refunded, currency),
            "userId": .id(userID), "updatedAt": .time(updatedAt),
        ])
    }

    var text: String {
        switch outcome {
        case .paid:
            isRefunded
                ? "Paid, and refunded: \(total)."
                : "Paid: \(total).\(refunded > 0 ? " Refunded: \(refundedText)." : "") Your tickets: gateway tickets"
        case .notPaid: "Not paid: \(explanation)."
        case .pending:
            isCancelling
                ? cancellationPending.prefix(1).uppercased() + cancellationPending.dropFirst() + ". \(Self.seeOutcome)"
                : "Payment pending: \(total) is set aside. To continue: gateway pay"
        case .unspecified, .unrecognized: "Payment in state \(outcome)."
        }
    }

    /// The text for a table.
    var shortText: String {
        switch outcome {
        case .paid: isRefunded ? "paid, refunded" : refunded > 0 ? "paid, \(refundedText) refunded" : "paid"
        case .notPaid: "not paid: \(notPaid.words)"
        case .pending: isCancelling ? "cancellation pending" : "pending"
        case .unspecified, .unrecognized: "\(outcome)"
        }
    }

    /// Why the payment is NOT_PAID, and what to do next.
    var explanation: String { notPaid.sentence }

    private var notPaid: (words: String, sentence: String) {
        switch reason {
        case .noAccount, .insufficient:
            (
                "too little money",
                "your wallet has too little money. To top it up: gateway top-up AMOUNT; then: gateway pay"
            )
        case .cancelled:
            (
                "cancelled",
                "the payment was cancelled. To pay again: gateway pay; to release the seats: gateway release"
            )
        case .holdExpired:
            ("hold expired", "the hold on the seats has expired. To reserve again: gateway reserve")
        case .reservationGone:
            ("seats no longer held", "the seats are no longer held. To reserve again: gateway reserve")
        case .alreadySold:
            ("already bought", "another payment bought these seats. To see it: gateway payments")
        case .mismatch:
            ("wrong price", "the reservation belongs to another user, or its price is another amount")
        case .dateCancelled: ("date cancelled", "the date was cancelled. To see why: gateway reservations")
        case .unspecified, .unrecognized: ("\(reason)", "the reason is \(reason)")
        }
    }

    /// `the payment of 89.00 EUR`. A payment that has not reached the wallet service has no amount.
    var title: String { currency.isEmpty ? "the payment" : "the payment of \(total)" }

    /// The state of a payment whose cancellation is requested.
    var cancellationPending: String {
        "the cancellation is requested, but not decided yet. \(total) stays set aside until the concert service "
            + "decides. Then either the money is available again, or the payment succeeded and the seats are yours"
    }

    static let seeOutcome = "To see the outcome: gateway payment"
}
