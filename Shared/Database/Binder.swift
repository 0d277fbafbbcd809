import Kernel

/// Binds the values of one statement, in the order `$1`, `$2`, …. Each engine has its own subclass.
@usableFromInline
package class Binder {
    @usableFromInline package func integer(_ value: Int64) {}
    @usableFromInline package func boolean(_ value: Bool) {}
    @usableFromInline package func text(_ value: String) {}
    @usableFromInline package func bytes(_ value: [UInt8]) {}
    @usableFromInline package func id(high: UInt64, low: UInt64) {}
    @usableFromInline package func null(_ kind: ParameterKind) {}

    @inlinable @discardableResult
    final package func bind(_ value: some Bindable) -> Binder {
        value.bind(to: self)
        return self
    }
}

/// A value that a statement accepts for a parameter `$n`.
@usableFromInline
package protocol Bindable {
    static var kind: ParameterKind { get }
    func bind(to binder: Binder)
}

/// The type of a parameter in a prepared statement. A NULL has a type, too.
@usableFromInline
package enum ParameterKind: Sendable {
    case integer, boolean, text, bytes, id
}

extension Int64: Bindable {
    @usableFromInline package static var kind: ParameterKind { .integer }
    @usableFromInline package func bind(to binder: Binder) { binder.integer(self) }
}

extension Int: Bindable {
    @usableFromInline package static var kind: ParameterKind { .integer }
    @usableFromInline package func bind(to binder: Binder) { binder.integer(Int64(self)) }
}

extension Timestamp: Bindable {
    @usableFromInline package static var kind: ParameterKind { .integer }
    @usableFromInline package func bind(to binder: Binder) { binder.integer(milliseconds) }
}

extension Bool: Bindable {
    @usableFromInline package static var kind: ParameterKind { .boolean }
    @usableFromInline package func bind(to binder: Binder) { binder.boolean(self) }
}

extension String: Bindable {
    @usableFromInline package static var kind: ParameterKind { .text }
    @usableFromInline package func bind(to binder: Binder) { binder.text(self) }
}

extension [UInt8]: Bindable {
    @usableFromInline package static var kind: ParameterKind { .bytes }
    @usableFromInline package func bind(to binder: Binder) { binder.bytes(self) }
}

extension ID: Bindable {
    @usableFromInline package static var kind: ParameterKind { .id }
    @usableFromInline package func bind(to binder: Binder) { binder.id(high: high, low: low) }
}

extension Optional: Bindable where Wrapped: Bindable {
    @usableFromInline package static var kind: ParameterKind { Wrapped.kind }

    @inlinable package func bind(to binder: Binder) {
        if let self { self.bind(to: binder) } else { binder.null(Wrapped.kind) }
    }
}

extension Bindable where Self: RawRepresentable, RawValue: Bindable {
    @usableFromInline package static var kind: ParameterKind { RawValue.kind }
    @usableFromInline package func bind(to binder: Binder) { rawValue.bind(to: binder) }
}

extension Binder {
    @inlinable @discardableResult
    final package func bind(_ a: some Bindable, _ b: some Bindable) -> Binder { bind(a).bind(b) }

    @inlinable @discardableResult
    final package func bind(_ a: some Bindable, _ b: some Bindable, _ c: some Bindable) -> Binder {
        bind(a, b).bind(c)
    }

    @inlinable @discardableResult
    final package func bind(
        _ a: some Bindable, _ b: some Bindable, _ c: some Bindable, _ d: some Bindable
    ) -> Binder { bind(a, b).bind(c, d) }

    @inlinable @discardableResult
    final package func bind(
        _ a: some Bindable, _ b: some Bindable, _ c: some Bindable, _ d: some Bindable, _ e: some Bindable
    ) -> Binder { bind(a, b, c).bind(d, e) }

    @inlinable @discardableResult
    final package func bind(
        _ a: some Bindable, _ b: some Bindable, _ c: some Bindable, _ d: some Bindable, _ e: some Bindable,
        _ f: some Bindable
    ) -> Binder { bind(a, b, c).bind(d, e, f) }

    @inlinable @discardableResult
    final package func bind(
        _ a: some Bindable, _ b: some Bindable, _ c: some Bindable, _ d: some Bindable, _ e: some Bindable,
        _ f: some Bindable, _ g: some Bindable
    ) -> Binder { bind(a, b, c, d).bind(e, f, g) }

    @inlinable @discardableResult
    final package func bind(
        _ a: some Bindable, _ b: some Bindable, _ c: some Bindable, _ d: some Bindable, _ e: some Bindable,
        _ f: some Bindable, _ g: some Bindable, _ h: some Bindable
    ) -> Binder { bind(a, b, c, d).bind(e, f, g, h) }
}
