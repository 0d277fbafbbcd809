import Kernel

/// Every "no" of this service. Whatever is refused has changed nothing.
package enum WalletRefusal: Error, Equatable {
    /// A field, and what is allowed there.
    case invalid(_ field: String, _ allowed: String)
    /// The request id was used before, for something else.
    case requestIDReused
    /// The payment id was used before, for something else or by somebody else.
    case paymentIDReused
    case paymentUnknown

    case nameTaken
    case nameUnknown
    case nameOrPasswordWrong
    case tooManyTries(retryAfter: Duration)

    case topUpNotAllowed
    case balanceLimit(Int64)
    case concertHalted
}
