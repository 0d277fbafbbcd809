/// Stores the recent activity of the caller, in a file of the gateway or a session of a web server.
package struct Records: Sendable {
    package let load: @Sendable () throws -> RecentActivity
    /// Applies a change. Changes exclude each other, and a change is durable after this returns.
    private let apply: @Sendable ((inout RecentActivity) throws -> Void) throws -> Void

    package init(
        load: @escaping @Sendable () throws -> RecentActivity,
        apply: @escaping @Sendable ((inout RecentActivity) throws -> Void) throws -> Void
    ) {
        self.load = load
        self.apply = apply
    }

    @discardableResult
    package func update<Value>(_ change: (inout RecentActivity) throws -> Value) throws -> Value {
        var value: Value?
        try apply { value = try change(&$0) }
        guard let value else { preconditionFailure("the records returned without applying the change") }
        return value
    }
}
