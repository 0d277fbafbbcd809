import Database

/// Statements with any values. Services bind with a closure, because a list of existentials is slower.
extension Binder {
    fileprivate func bindAll(_ values: [any Bindable]) {
        for value in values { value.bind(to: self) }
    }
}

extension Reader {
    package final func rows<Value>(
        _ statement: Statement, _ first: any Bindable, _ rest: any Bindable...,
        map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try rows(statement, { $0.bindAll([first] + rest) }, map: map)
    }

    package final func rows<Value>(
        _ statement: Statement, _ values: [any Bindable], map: (borrowing Row) throws -> Value
    ) throws -> [Value] {
        try rows(statement, { $0.bindAll(values) }, map: map)
    }

    package final func first<Value>(
        _ statement: Statement, _ first: any Bindable, _ rest: any Bindable...,
        map: (borrowing Row) throws -> Value
    ) throws -> Value? {
        try self.first(statement, { $0.bindAll([first] + rest) }, map: map)
    }

    package final func exists(_ statement: Statement, _ first: any Bindable, _ rest: any Bindable...) throws -> Bool {
        try exists(statement) { $0.bindAll([first] + rest) }
    }

    package final func forEach(
        _ statement: Statement, _ first: any Bindable, _ rest: any Bindable...,
        body: (borrowing Row) throws -> Void
    ) throws {
        try forEach(statement, { $0.bindAll([first] + rest) }, body: body)
    }
}

extension Transaction {
    package func execute(_ statement: Statement, _ first: any Bindable, _ rest: any Bindable...) throws {
        try execute(statement) { $0.bindAll([first] + rest) }
    }

    package func executeOne(_ statement: Statement, _ first: any Bindable, _ rest: any Bindable...) throws {
        try executeOne(statement) { $0.bindAll([first] + rest) }
    }

    package func executeCounting(
        _ statement: Statement, _ first: any Bindable, _ rest: any Bindable...
    ) throws -> Int {
        try executeCounting(statement) { $0.bindAll([first] + rest) }
    }

    package func executeCounting(_ statement: Statement, _ values: [any Bindable]) throws -> Int {
        try executeCounting(statement) { $0.bindAll(values) }
    }
}
