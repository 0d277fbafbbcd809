import Kernel

/// A value that a statement accepts for a parameter `$n`.
package protocol Bindable {
    static var kind: ParameterKind { get }
    var parameter: Parameter { get }
}

/// The type of a parameter in a prepared statement. A NULL has a type, too.
package enum ParameterKind: Equatable, Sendable {
    case integer, boolean, text, bytes, id
}

/// One value to bind to a statement.
package enum Parameter {
    case null
    case integer(Int64)
    case boolean(Bool)
    case text(String)
    case bytes([UInt8])
    case id(high: UInt64, low: UInt64)
}

extension Int64: Bindable {
    package static var kind: ParameterKind { .integer }
    package var parameter: Parameter { .integer(self) }
}

extension Int: Bindable {
    package static var kind: ParameterKind { .integer }
    package var parameter: Parameter { .integer(Int64(self)) }
}

extension Timestamp: Bindable {
    package static var kind: ParameterKind { .integer }
    package var parameter: Parameter { .integer(milliseconds) }
}

extension Bool: Bindable {
    package static var kind: ParameterKind { .boolean }
    package var parameter: Parameter { .boolean(self) }
}

extension String: Bindable {
    package static var kind: ParameterKind { .text }
    package var parameter: Parameter { .text(self) }
}

extension [UInt8]: Bindable {
    package static var kind: ParameterKind { .bytes }
    package var parameter: Parameter { .bytes(self) }
}

extension ID: Bindable {
    package static var kind: ParameterKind { .id }
    package var parameter: Parameter { .id(high: high, low: low) }
}

extension Optional: Bindable where Wrapped: Bindable {
    package static var kind: ParameterKind { Wrapped.kind }
    package var parameter: Parameter { self?.parameter ?? .null }
}
