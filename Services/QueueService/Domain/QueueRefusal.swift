import Kernel

/// Why the waiting room says no. Nothing has changed.
package enum QueueRefusal: Error, Equatable, Sendable {
    case roomNotFound
    case placeNotFound
    case nameInvalid
    case nameTaken
    /// The field, and what is allowed there.
    case outOfRange(String, String)
    case reasonInvalid
    /// Another wish came with the same id.
    case requestIDTaken
    case roomHasOpened
    /// Nobody may join yet.
    case roomScheduled
    case roomClosed
    case roomDraining
    /// Nobody may join before; nil where no time is set.
    case roomNotJoinable(opens: Timestamp?)
    case placeWaiting(ahead: Int64)
    case placeNotActive
    case placeEnded(Place.State, String)
}
