import Kernel

/// The reason why the waiting room refuses a request. Nothing has changed.
package enum QueueRefusal: Error, Equatable, Sendable {
    case roomUnknown
    case placeUnknown
    case nameInvalid
    case nameTaken
    /// The field and its allowed values.
    case invalid(String, String)
    case reasonInvalid
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
