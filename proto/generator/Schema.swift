// The declarations of a .proto file that the generator uses.

/// The line of a declaration and its comment.
struct Declaration {
    let line: Int
    let comment: String
}

struct SchemaFile {
    /// `queue.proto`
    let name: String
    let package: String
    /// `proto3`. Empty and `proto2` are refused.
    let syntax: String
    let syntaxLine: Int
    let imports: [String]
    let messages: [MessageType]
    let enums: [EnumType]
    let services: [Service]
    /// The packed FileDescriptorProto, without comments.
    let descriptor: [UInt8]

    var allMessages: [MessageType] { messages.flatMap(\.withNested) }
    var allEnums: [EnumType] { enums + allMessages.flatMap(\.enums) }
}

struct MessageType {
    /// `onsale.queue.v1.JoinRequest`
    let fullName: String
    let declaration: Declaration
    let fields: [Field]
    let oneofs: [Oneof]
    let messages: [MessageType]
    let enums: [EnumType]
    /// True for the entry type that the compiler makes for each map.
    let isMapEntry: Bool
    let reservedNumbers: [ClosedRange<Int32>]
    /// From the option `swift_type`. Otherwise the name of the message.
    let swiftName: String

    /// The reasons of a message such as `ConcertFailure`, which exists for them only.
    var reasons: EnumType? { name.hasSuffix("Failure") ? enums.first { $0.name == "Reason" } : nil }
    var name: String { fullName.lastPart }
    var withNested: [MessageType] { [self] + messages.flatMap(\.withNested) }
}

struct Oneof {
    let name: String
    /// From the option `swift_oneof`. Otherwise the name.
    let swiftName: String
    let declaration: Declaration
}

struct Field {
    enum Kind: Equatable {
        case double, float, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64
        case bool, string, bytes
        case message(String)
        case enumeration(String)
        case group
    }

    let name: String
    let number: Int32
    let declaration: Declaration
    let kind: Kind
    let isRepeated: Bool
    let isPacked: Bool
    /// The index of the oneof that the field belongs to.
    let oneof: Int?
    let isProto3Optional: Bool
    let jsonName: String
    let rules: Rules

    /// The options of a field.
    struct Rules {
        struct Range {
            let min: Int
            let max: Int
            /// The meaning of 0. Empty if 0 is a number like others.
            let zero: String
        }

        struct Text {
            let min: Int
            let max: Int
            /// The number of `onsale.rpc.v1.TextKind`.
            let kind: Int
        }

        /// The type that the id identifies: `Concert`. Empty if the field is no id.
        var id = ""
        var isTime = false
        var isDuration = false
        var range: Range?
        var text: Text?
        var isRequired = false
        /// True for a password and the like, which no log contains.
        var isSecret = false
        var swiftName = ""
    }
}

struct EnumType {
    struct Value {
        let name: String
        let number: Int32
        let declaration: Declaration
        /// For a reason: the number of `onsale.rpc.v1.Code`. 0 if not given.
        let code: Int
        /// For a reason: the text for people.
        let sentence: String
    }

    let fullName: String
    let declaration: Declaration
    let values: [Value]
    let reservedNumbers: [ClosedRange<Int32>]

    var name: String { fullName.lastPart }
}

struct Service {
    struct Method {
        let name: String
        let declaration: Declaration
        let request: String
        let reply: String
        let isClientStream: Bool
        let isServerStream: Bool
        let isSafeToRepeat: Bool
        /// True if the method changes nothing.
        let isReadOnly: Bool
        let isAnsweredLater: Bool
        /// The numbers of `onsale.rpc.v1.CallerRole`.
        let callers: [Int]
        /// The numbers of `onsale.rpc.v1.Duty`.
        let duties: [Int]
    }

    let fullName: String
    let declaration: Declaration
    let methods: [Method]

    var name: String { fullName.lastPart }
}

extension String {
    /// The part after the last dot.
    var lastPart: String { split(separator: ".").last.map(String.init) ?? self }
}
