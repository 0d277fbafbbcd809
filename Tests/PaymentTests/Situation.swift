import Kernel

/// Situations that the histories must reach, because without them they prove little.
enum Situation: CaseIterable {
    case expiredAtConfirm, abortBeatsConfirm, confirmBeatsAbort, postAfterTheDeadline, refundWhileReserved
    case recoveryResend, partReturned, feeKept, restAfterPart, paidForACancelledDate, soldOnACancelledDate

    /// Returns the situations that the books show. `before` are Wallet's books at the previous check.
    static func all(
        _ wallet: WalletBooks, before: WalletBooks, _ concert: ConcertBooks, at now: Timestamp
    ) -> Set<Situation> {
        var reached: Set<Situation> = []
        for payment in wallet.payments {
            let decision = concert.decisions[payment.id]
            switch payment.state {
            case .reserved:
                if concert.refundsDue.contains(payment.id) { reached.insert(.refundWhileReserved) }
            case .posted:
                if payment.isAbortRequested { reached.insert(.confirmBeatsAbort) }
                if payment.attempt > 0 { reached.insert(.recoveryResend) }
                if payment.refunded > 0 { reached.insert(.partReturned) }
                let isNew = before.payments.contains { $0.id == payment.id && $0.state == .reserved }
                if isNew, let id = payment.reservation, let deadline = concert.reservations[id]?.deadline,
                    deadline <= now
                {
                    reached.insert(.postAfterTheDeadline)
                }
            case .voided:
                if decision?.outcome == 1 { reached.insert(.expiredAtConfirm) }
                if decision?.outcome == 5 { reached.insert(.abortBeatsConfirm) }
                if decision?.outcome == 6 { reached.insert(.paidForACancelledDate) }
            case .declined, .refunded: break
            }
            let refunds = concert.refunds(of: payment.id)
            if refunds.contains(where: { $0.kept > 0 }) { reached.insert(.feeKept) }
            if refunds.count > 1 { reached.insert(.restAfterPart) }
        }
        if concert.isCancellationFinished, !concert.refunds.isEmpty { reached.insert(.soldOnACancelledDate) }
        return reached
    }
}
