import Kernel
import RPC
import WalletAPI

// Messages for tests that do not care about most of the fields.

extension Payment {
    package init(
        outcome: PaymentOutcome, reason: NotPaidReason = .unspecified, isRefunded: Bool = false,
        isCancelling: Bool = false
    ) {
        self.init(
            paymentID: .numbered(5), outcome: outcome, reason: reason, isRefunded: isRefunded,
            isCancelling: isCancelling)
    }
}

extension Method {
    /// The same method with a request whose first fields are ids of any length.
    package var withRawIDs: Method<RawIDs, Reply> {
        Method<RawIDs, Reply>(
            description.name, isSafeToRepeat: description.isSafeToRepeat, callers: description.callers)
    }
}
