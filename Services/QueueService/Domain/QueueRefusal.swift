/// The domain says no. A refused call changes nothing.
package enum QueueRefusal: Error, Equatable, Sendable {
    /// A reason of the contract. The sentence replaces that of the contract, to name a value such as a time.
    case because(Reason, String? = nil)
    /// A field, and the rule that its value breaks, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    /// The failure ROOM_FULL tells the client when to try again.
    case full(retryAfter: Duration)
    /// The failure RECEIPT_NOT_YET tells the client when to try again.
    case notYet(retryAfter: Duration)
}

extension QueueRefusal {
    /// `why` is what the user reads about the end of the place. It may be empty.
    static func ended(as reason: Reason, _ why: String) -> QueueRefusal {
        .because(reason, why.isEmpty ? nil : "this place has ended: \(why); join again for a new one")
    }
}
