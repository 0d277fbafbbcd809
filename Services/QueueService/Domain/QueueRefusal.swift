import Kernel

/// The reason why the waiting room refuses a request. Nothing has changed.
package enum QueueRefusal: Error, Equatable, Sendable {
    case roomUnknown
    case placeUnknown
    case nameTaken
    /// A field breaks its rule, such as “must be 1 to 50”.
    case invalid(_ field: String, _ rule: String)
    /// The request id was used for another request.
    case requestIDReused
    case roomHasOpened
    /// Joining has not started.
    case roomScheduled
    case roomClosed
    case roomDraining
    /// Joining starts at `opens`. Nil if no time is set.
    case roomNotJoinable(opens: Timestamp?)
    case placeWaiting(ahead: Int64)
    case placeNotActive
    case placeEnded(Place.State, String)
}
