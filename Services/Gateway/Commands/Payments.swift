import Kernel
import WalletAPI

enum Payments {
    private static let payment = Operand("PAYMENT", ValueKind<String>.text("PAYMENT"), .optional)
    private static let limit = Flag("--limit", .count(1...500), "limit of payments; 20 if not given")

    static let show = Command(
        "payment", "Shows the state of a payment: the latest one, or the given one.",
        details: "The command changes nothing. To continue a payment that is pending: gateway pay",
        calls: [.wallet], caller: .user, operands: [payment], flags: [CommonFlags.zone],
        examples: ["gateway payment", "gateway payment 3f2a9c01 --json"],
        run: { run async throws(GatewayError) in
            let id = try await id(try run.arguments.value(payment), run)
            let request = ShowPaymentRequest(paymentID: id.bytes)
            let view = try await run.call(WalletMethods.showPayment, request).payment ?? PaymentView()
            try run.settle(view, id)
            let report = PaymentReport(payment: view)
            run.show(report.json, report.text)
        })

    static let list = Command(
        "payments", "Lists your payments, newest first.",
        calls: [.wallet], caller: .user, flags: [limit, CommonFlags.zone],
        examples: ["gateway payments", "gateway payments --limit 100 --json"],
        run: { run async throws(GatewayError) in
            let payments = try await newest(try run.arguments.value(limit) ?? 20, run)
            if payments.isEmpty, !run.isJSON { return run.console.print("You have made no payments.") }
            var table = Table([("CODE", .left), ("BEGUN", .left), ("AMOUNT", .right), ("OUTCOME", .left)])
            for payment in payments {
                table.add([
                    IDSuffix.text(of: payment.paymentID), run.localTime(payment.begunAtMs),
                    Money.text(payment.amount, payment.currency),
                    PaymentReport(payment: payment).shortText,
                ])
            }
            run.show(.list(payments) { PaymentReport(payment: $0).json }, table.text(run.console))
        })

    private static let maximumSearched = 500

    private static func newest(_ count: Int, _ run: Invocation) async throws(GatewayError) -> [PaymentView] {
        try await run.call(WalletMethods.listPayments, ListPaymentsRequest(pageSize: UInt32(count))).payments
    }

    private static func id(_ name: String?, _ run: Invocation) async throws(GatewayError) -> PaymentID {
        guard let name else {
            // Prefers the recorded payment without an outcome, because the service may not have received it.
            if let open = try run.activity().payments.last(where: \.isOpen) { return open.payment }
            if let last = try await newest(1, run).first.flatMap({ PaymentID(bytes: $0.paymentID) }) { return last }
            throw .refused("you have made no payments")
        }
        let suffix = IDSuffix(name)
        let found = try await newest(maximumSearched, run).compactMap { PaymentID(bytes: $0.paymentID) }.filter {
            suffix.matches($0.bytes)
        }
        if found.count == 1 { return found[0] }
        throw .refused(
            found.isEmpty
                ? "the last \(maximumSearched) payments do not include \(name.printable). To see yours: gateway payments"
                : "\(name.printable) matches \(found.count) payments. Give more digits of the id")
    }
}
