/// A program that has keys, and only the keys that it needs.
package enum KeyHolder: String, CaseIterable, Sendable {
    case queue
    case concert
    case wallet
    case edge
}
