import Kernel

/// All refusals of this service. A refused call has changed nothing.
package enum WalletRefusal: Error, Equatable {
    /// A field breaks its rule, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    /// The payment id was used for another payment or by another user.
    case paymentIDReused
    case paymentUnknown

    case nameTaken
    case nameUnknown
    case nameOrPasswordWrong
    case tooManyTries(retryAfter: Duration)
    case sessionEnded
    case noSession
    case noDuty
    case lastOwner
    case passwordWrong
    case codeWrong

    case topUpNotAllowed
    case balanceLimit(Int64)
    case concertHalted
}
