/// The domain says no. A refused call changes nothing.
package enum WalletRefusal: Error, Equatable {
    /// A reason of the contract. The sentence replaces that of the contract, to name a value such as a time.
    case because(Reason, String? = nil)
    /// A field, and the rule that its value breaks, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    /// The failure tells the client when to try again.
    case tooManyTries(retryAfter: Duration)
}
