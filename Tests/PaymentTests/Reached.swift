import Kernel

/// What histories have to come to, so that they show something.
enum Reached: CaseIterable {
    case expiredAtConfirm, abortBeatsConfirm, confirmBeatsAbort, postAfterTheDeadline, refundWhileReserved
    case recoveryResend

    /// What can be seen in the books; `before` is what they were at the last look.
    static func all(
        _ wallet: WalletBooks, before: WalletBooks, _ concert: ConcertBooks, at now: Timestamp
    ) -> Set<Reached> {
        var reached: Set<Reached> = []
        for payment in wallet.payments {
            let decision = concert.decisions[payment.id]
            switch payment.state {
            case .reserved:
                if concert.refundsDue.contains(payment.id) { reached.insert(.refundWhileReserved) }
            case .posted:
                if payment.wantsAbort { reached.insert(.confirmBeatsAbort) }
                if payment.attempt > 0 { reached.insert(.recoveryResend) }
                let isNew = before.payments.contains { $0.id == payment.id && $0.state == .reserved }
                if isNew, let id = payment.reservation, let deadline = concert.reservations[id]?.deadline,
                    deadline <= now
                {
                    reached.insert(.postAfterTheDeadline)
                }
            case .voided:
                if decision?.outcome == 1 { reached.insert(.expiredAtConfirm) }
                if decision?.outcome == 5 { reached.insert(.abortBeatsConfirm) }
            case .declined, .refunded: break
            }
        }
        return reached
    }
}
