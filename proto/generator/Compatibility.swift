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

    private init(file: SchemaFile) {
        self.file = file
    }

    private mutating func compare(_ old: SchemaFile) {
        if old.package != file.package { refuse(1, "was package \(old.package), is \(file.package)") }
        let messages = file.allMessages
        for message in old.allMessages where !message.isMapEntry {
            guard let now = messages.first(where: { $0.fullName == message.fullName }) else {
                refuse(1, "message \(message.fullName) was removed")
                continue
            }
            compare(message, now)
        }
        let enums = file.enums + messages.flatMap(\.enums)
        for type in old.enums + old.allMessages.flatMap(\.enums) {
            guard let now = enums.first(where: { $0.fullName == type.fullName }) else {
                refuse(1, "enum \(type.fullName) was removed")
                continue
            }
            compare(type, now)
        }
        for service in old.services {
            guard let now = file.services.first(where: { $0.fullName == service.fullName }) else {
                refuse(1, "service \(service.fullName) was removed")
                continue
            }
            compare(service, now)
        }
    }

    private mutating func compare(_ old: MessageType, _ new: MessageType) {
        for field in old.fields {
            let name = "field \(old.fullName).\(field.name)"
            if let moved = new.fields.first(where: { $0.name == field.name }), moved.number != field.number {
                refuse(moved.declaration.line, "\(name) had number \(field.number), has \(moved.number)")
            } else if let now = new.fields.first(where: { $0.number == field.number }) {
                if now.name != field.name {
                    refuse(now.declaration.line, "\(name) had number \(field.number), which is now that of \(now.name)")
                } else if now.typeText != field.typeText {
                    refuse(now.declaration.line, "\(name) was \(field.typeText), is \(now.typeText)")
                } else if now.oneof.map({ new.oneofs[$0].name }) != field.oneof.map({ old.oneofs[$0].name }) {
                    refuse(now.declaration.line, "\(name) moved into or out of a oneof")
                }
            } else if !new.reservedNumbers.contains(where: { $0.contains(field.number) }) {
                refuse(new.declaration.line, "\(name) was removed; put in its place: reserved \(field.number);")
            }
        }
        compareReserved(old.reservedNumbers, new.reservedNumbers, in: old.fullName, new.declaration.line)
    }

    private mutating func compare(_ old: EnumType, _ new: EnumType) {
        for value in old.values {
            let name = "value \(old.fullName).\(value.name)"
            if let moved = new.values.first(where: { $0.name == value.name }), moved.number != value.number {
                refuse(moved.declaration.line, "\(name) had number \(value.number), has \(moved.number)")
            } else if let now = new.values.first(where: { $0.number == value.number }) {
                if now.name != value.name {
                    refuse(now.declaration.line, "\(name) had number \(value.number), which is now that of \(now.name)")
                }
            } else if !new.reservedNumbers.contains(where: { $0.contains(value.number) }) {
                refuse(new.declaration.line, "\(name) was removed; put in its place: reserved \(value.number);")
            }
        }
        compareReserved(old.reservedNumbers, new.reservedNumbers, in: old.fullName, new.declaration.line)
    }

    private mutating func compareReserved(
        _ old: [ClosedRange<Int32>], _ new: [ClosedRange<Int32>], in name: String, _ line: Int
    ) {
        for range in old {
            let first = range.lowerBound
            let last = range.upperBound
            guard !new.contains(where: { $0.contains(first) && $0.contains(last) }) else { continue }
            refuse(line, "\(name) no longer reserves \(first == last ? "\(first)" : "\(first) to \(last)")")
        }
    }

    private mutating func compare(_ old: Service, _ new: Service) {
        for method in old.methods {
            let name = "method \(old.fullName)/\(method.name)"
            guard let now = new.methods.first(where: { $0.name == method.name }) else {
                refuse(new.declaration.line, "\(name) was removed")
                continue
            }
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

extension Field {
    /// The type as written in a .proto file: `repeated string`.
    fileprivate var typeText: String {
        let type =
            switch kind {
            case .message(let name), .enumeration(let name): name
            default: "\(kind)"
            }
        return label == .repeated ? "repeated \(type)" : type
    }
}
