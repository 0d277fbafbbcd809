import Kernel
import Messages

/// A call with one reply, as its .proto file declares it.
package struct Method<Request: Message, Reply: Message>: Sendable {
    package let description: MethodDescription

    package init(
        _ name: String, isSafeToRepeat: Bool, isReadOnly: Bool = false, callers: Role, duties: Duties = [],
        secrets: Set<String> = []
    ) {
        description = MethodDescription(
            name: name, request: Request.descriptor, reply: Reply.descriptor, isStream: false,
            isSafeToRepeat: isSafeToRepeat, isReadOnly: isReadOnly, callers: callers, duties: duties, secrets: secrets)
    }

    package var name: String { description.name }
}

/// A call with a stream of items, as its .proto file declares it.
package struct StreamMethod<Request: Message, Item: Message>: Sendable {
    package let description: MethodDescription

    package init(
        _ name: String, isSafeToRepeat: Bool, isReadOnly: Bool = false, callers: Role, duties: Duties = [],
        secrets: Set<String> = []
    ) {
        description = MethodDescription(
            name: name, request: Request.descriptor, reply: Item.descriptor, isStream: true,
            isSafeToRepeat: isSafeToRepeat, isReadOnly: isReadOnly, callers: callers, duties: duties, secrets: secrets)
    }

    package var name: String { description.name }
}

/// A method without the types of its messages.
package struct MethodDescription: Sendable {
    /// `onsale.queue.v1.Queue/Join`
    package let name: String
    package let request: MessageDescriptor
    /// The type of the reply, or of the items of a stream.
    package let reply: MessageDescriptor
    package let isStream: Bool
    /// True if running it twice has the same effect as running it once.
    package let isSafeToRepeat: Bool
    /// True if it changes nothing.
    package let isReadOnly: Bool
    /// Empty if no credential is needed.
    package let callers: Role
    /// The duties of which an operator needs one. Empty if operators may not call it.
    package let duties: Duties
    /// The fields of the request that no log contains, by their names in the .proto file.
    package let secrets: Set<String>

    /// True if an operator can change something with it. Each change is an action in the log.
    package var isWriteOfOperators: Bool { callers.contains(.operator) && !isReadOnly }
}

/// A service of a .proto file, and the text that describes it to tools.
package struct ServiceDescription: Sendable {
    /// `onsale.queue.v1.Queue`
    package let name: String
    /// In the order of the .proto file.
    package let methods: [MethodDescription]
    package let file: ProtoFile

    package init(_ name: String, methods: [MethodDescription], file: ProtoFile) {
        self.name = name
        self.methods = methods
        self.file = file
    }
}
