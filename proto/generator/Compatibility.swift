/// Checks that programs built from an earlier state of proto/ can talk to programs built from a later one.
///
/// Numbers keep their names and types. A removed field or value leaves its number reserved. Additions are always allowed.
struct Compatibility {
    private let file: SchemaFile
    private var problems: [SchemaProblem] = []

    /// Every incompatible change from `old` to `new`. Empty if both can talk.
    static func problems(from old: [SchemaFile], to new: [SchemaFile]) -> [SchemaProblem] {
        old.flatMap { oldFile in
            guard let newFile = new.first(where: { $0.name == oldFile.name }) else {
                return [SchemaProblem(file: oldFile.name, line: 1, reason: "was removed, with everything it declares")]
            }
            var comparison = Compatibility(file: newFile)
            comparison.compare(oldFile)
            return comparison.problems
        }
    }

    private mutating func compare(_ old: SchemaFile) {
        if old.package != file.package { refuse(1, "was package \(old.package), is \(file.package)") }
        let messages = old.allMessages.filter { !$0.isMapEntry }
        for (old, new) in pairs(messages, file.allMessages, by: \.fullName, "message ") { compare(old, new) }
        for (old, new) in pairs(old.allEnums, file.allEnums, by: \.fullName, "enum ") {
            _ = pairs(old.values, new.values, "value \(old.fullName).", new.reservedNumbers, new.declaration.line)
            compareReserved(old.reservedNumbers, new.reservedNumbers, in: old.fullName, new.declaration.line)
        }
        for (old, new) in pairs(old.services, file.services, by: \.fullName, "service ") { compare(old, new) }
    }

    /// The declarations of both states. Refuses the removal of one.
    private mutating func pairs<Kind>(
        _ old: [Kind], _ new: [Kind], by name: KeyPath<Kind, String>, _ scope: String, line: Int = 1
    ) -> [(old: Kind, new: Kind)] {
        old.compactMap { item in
            if let now = new.first(where: { $0[keyPath: name] == item[keyPath: name] }) { return (item, now) }
            refuse(line, "\(scope)\(item[keyPath: name]) was removed")
            return nil
        }
    }

    /// The declarations of both states. A number keeps its name, and a name its number.
    private mutating func pairs<Kind: Numbered>(
        _ old: [Kind], _ new: [Kind], _ scope: String, _ reserved: [ClosedRange<Int32>], _ line: Int
    ) -> [(old: Kind, new: Kind)] {
        old.compactMap { item in
            let name = scope + item.name
            let now = new.first { $0.number == item.number }
            if let moved = new.first(where: { $0.name == item.name }), moved.number != item.number {
                refuse(moved.declaration.line, "\(name) had number \(item.number), has \(moved.number)")
            } else if let now, now.name != item.name {
                refuse(now.declaration.line, "\(name) had number \(item.number), which is now that of \(now.name)")
            } else if let now {
                return (item, now)
            } else if !reserved.contains(where: { $0.contains(item.number) }) {
                refuse(line, "\(name) was removed; put in its place: reserved \(item.number);")
            }
            return nil
        }
    }

    private mutating func compare(_ old: MessageType, _ new: MessageType) {
        let line = new.declaration.line
        for (field, now) in pairs(old.fields, new.fields, "field \(old.fullName).", new.reservedNumbers, line) {
            let name = "field \(old.fullName).\(field.name)"
            if now.typeText != field.typeText {
                refuse(now.declaration.line, "\(name) was \(field.typeText), is \(now.typeText)")
            } else if now.oneof.map({ new.oneofs[$0].name }) != field.oneof.map({ old.oneofs[$0].name }) {
                refuse(now.declaration.line, "\(name) moved into or out of a oneof")
            }
        }
        compareReserved(old.reservedNumbers, new.reservedNumbers, in: old.fullName, line)
    }

    private mutating func compareReserved(
        _ old: [ClosedRange<Int32>], _ new: [ClosedRange<Int32>], in name: String, _ line: Int
    ) {
        for range in old where !new.contains(where: { $0.contains(range) }) {
            let numbers = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            refuse(line, "\(name) no longer reserves \(numbers)")
        }
    }

    private mutating func compare(_ old: Service, _ new: Service) {
        let scope = "method \(old.fullName)/"
        for (method, now) in pairs(old.methods, new.methods, by: \.name, scope, line: new.declaration.line) {
            let name = scope + method.name
            let line = now.declaration.line
            if now.request != method.request { refuse(line, "\(name) took \(method.request), takes \(now.request)") }
            if now.reply != method.reply { refuse(line, "\(name) answered \(method.reply), answers \(now.reply)") }
            if now.isServerStream != method.isServerStream {
                refuse(line, "\(name) became a \(now.isServerStream ? "stream" : "call with one answer")")
            }
            if method.isSafeToRepeat, !now.isSafeToRepeat {
                refuse(line, "\(name) was safe to repeat, and earlier clients still repeat it")
            }
        }
    }

    private mutating func refuse(_ line: Int, _ reason: String) {
        problems.append(SchemaProblem(file: file.name, line: line, reason: reason))
    }
}

/// A declaration with a number on the wire.
private protocol Numbered {
    var name: String { get }
    var number: Int32 { get }
    var declaration: Declaration { get }
}

extension EnumType.Value: Numbered {}

extension Field: Numbered {
    /// The type as written in a .proto file: `repeated string`.
    fileprivate var typeText: String {
        let type =
            switch kind {
            case .message(let name), .enumeration(let name): name
            default: "\(kind)"
            }
        return isRepeated ? "repeated \(type)" : type
    }
}
