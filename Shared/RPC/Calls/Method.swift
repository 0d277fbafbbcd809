import Kernel
import Messages

/// A call with one answer, as its .proto declares it.
package struct Method<Request: Message, Reply: Message>: Sendable {
    package let description: MethodDescription

    package init(_ name: String, isSafeToRepeat: Bool, callers: Role) {
        description = MethodDescription(
            name: name, request: Request.descriptor, reply: Reply.descriptor, isStream: false,
            isSafeToRepeat: isSafeToRepeat, callers: callers)
    }

    package var name: String { description.name }
    package var isSafeToRepeat: Bool { description.isSafeToRepeat }
    package var callers: Role { description.callers }
}

/// A call whose answer is a row of items.
package struct StreamMethod<Request: Message, Item: Message>: Sendable {
    package let description: MethodDescription

    package init(_ name: String, isSafeToRepeat: Bool, callers: Role) {
        description = MethodDescription(
            name: name, request: Request.descriptor, reply: Item.descriptor, isStream: true,
            isSafeToRepeat: isSafeToRepeat, callers: callers)
    }

    package var name: String { description.name }
    package var isSafeToRepeat: Bool { description.isSafeToRepeat }
    package var callers: Role { description.callers }
}

/// What there is to know about a method, whatever its types.
package final class MethodDescription: Sendable {
    /// `onsale.queue.v1.Queue/Join`
    package let name: String
    package let request: MessageDescriptor
    /// Of a stream, the type of its items.
    package let reply: MessageDescriptor
    package let isStream: Bool
    /// Whether to run it twice is the same as to run it once.
    package let isSafeToRepeat: Bool
    /// Empty means anyone.
    package let callers: Role

    init(
        name: String, request: MessageDescriptor, reply: MessageDescriptor, isStream: Bool, isSafeToRepeat: Bool,
        callers: Role
    ) {
        self.name = name
        self.request = request
        self.reply = reply
        self.isStream = isStream
        self.isSafeToRepeat = isSafeToRepeat
        self.callers = callers
    }
}

/// A service of proto/: its methods, and the text that describes it to tools.
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
