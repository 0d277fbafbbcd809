// Generated from reflection.proto by MessageGenerator. Do not edit: change that file and run generate.

import CProto
import Kernel

package struct ListMethodsRequest: Message {
    package init() {}
}

package struct ListMethodsReply: Message {
    /// Sorted by name.
    package var services: [ServiceEntry]

    package init(services: [ServiceEntry] = []) {
        self.services = services
    }
}

package struct ServiceEntry: Message {
    /// `onsale.queue.v1.Queue`
    package var name: String
    /// In the order of the .proto file.
    package var methods: [MethodEntry]

    package init(name: String = "", methods: [MethodEntry] = []) {
        self.name = name
        self.methods = methods
    }
}

package struct MethodEntry: Message {
    /// `Join`
    package var name: String
    /// The full names of the messages: `onsale.queue.v1.JoinRequest`.
    package var requestType: String
    /// Of a stream, the type of its items.
    package var replyType: String
    package var isStream: Bool
    package var isSafeToRepeat: Bool
    /// Who may call it; ANYONE stands alone.
    package var callers: [CallerRole]

    package init(
        name: String = "",
        requestType: String = "",
        replyType: String = "",
        isStream: Bool = false,
        isSafeToRepeat: Bool = false,
        callers: [CallerRole] = []
    ) {
        self.name = name
        self.requestType = requestType
        self.replyType = replyType
        self.isStream = isStream
        self.isSafeToRepeat = isSafeToRepeat
        self.callers = callers
    }
}

package struct DescribeProtocolRequest: Message {
    package init() {}
}

package struct DescribeProtocolReply: Message {
    /// A packed google.protobuf.FileDescriptorSet of every service here and of what they import, imports first. Only
    /// google/protobuf/descriptor.proto, which every protobuf library brings along, is left out.
    package var fileDescriptorSet: [UInt8]

    package init(fileDescriptorSet: [UInt8] = []) {
        self.fileDescriptorSet = fileDescriptorSet
    }
}

/// The methods of `onsale.reflection.v1.Reflection`, as callers and servers know them.
package enum ReflectionMethods {
    package static let listMethods = Method<ListMethodsRequest, ListMethodsReply>(
        "onsale.reflection.v1.Reflection/ListMethods", isSafeToRepeat: true, callers: [])
    package static let describeProtocol = Method<DescribeProtocolRequest, DescribeProtocolReply>(
        "onsale.reflection.v1.Reflection/DescribeProtocol", isSafeToRepeat: true, callers: [])

    package static let service = ServiceDescription(
        "onsale.reflection.v1.Reflection",
        methods: [listMethods.description, describeProtocol.description],
        file: .reflection)
}

extension ListMethodsRequest {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__list_methods_request__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__ListMethodsRequest>) {
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__ListMethodsRequest
    > {
        try arena.make(onsale__reflection__v1__list_methods_request__init)
    }
}

extension ListMethodsReply {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__list_methods_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__ListMethodsReply>) {
        services = Array(reading: fields.pointee.services, count: fields.pointee.n_services) {
            ServiceEntry(reading: $0!)
        }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__ListMethodsReply
    > {
        let fields = try arena.make(onsale__reflection__v1__list_methods_reply__init)
        fields.pointee.n_services = services.count
        fields.pointee.services = try arena.array(services, "onsale.reflection.v1.ListMethodsReply.services") {
            element throws(MessageError) in try element.layOut(in: arena)
        }
        return fields
    }
}

extension ServiceEntry {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__service_entry__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__ServiceEntry>) {
        name = String(reading: fields.pointee.name)
        methods = Array(reading: fields.pointee.methods, count: fields.pointee.n_methods) { MethodEntry(reading: $0!) }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__ServiceEntry
    > {
        let fields = try arena.make(onsale__reflection__v1__service_entry__init)
        fields.pointee.name = try arena.string(name, "onsale.reflection.v1.ServiceEntry.name")
        fields.pointee.n_methods = methods.count
        fields.pointee.methods = try arena.array(methods, "onsale.reflection.v1.ServiceEntry.methods") {
            element throws(MessageError) in try element.layOut(in: arena)
        }
        return fields
    }
}

extension MethodEntry {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__method_entry__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__MethodEntry>) {
        name = String(reading: fields.pointee.name)
        requestType = String(reading: fields.pointee.request_type)
        replyType = String(reading: fields.pointee.reply_type)
        isStream = fields.pointee.is_stream != 0
        isSafeToRepeat = fields.pointee.is_safe_to_repeat != 0
        callers = Array(reading: fields.pointee.callers, count: fields.pointee.n_callers) {
            CallerRole(rawValue: Int32(bitPattern: $0.rawValue))
        }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__MethodEntry
    > {
        let fields = try arena.make(onsale__reflection__v1__method_entry__init)
        fields.pointee.name = try arena.string(name, "onsale.reflection.v1.MethodEntry.name")
        fields.pointee.request_type = try arena.string(requestType, "onsale.reflection.v1.MethodEntry.request_type")
        fields.pointee.reply_type = try arena.string(replyType, "onsale.reflection.v1.MethodEntry.reply_type")
        fields.pointee.is_stream = isStream ? 1 : 0
        fields.pointee.is_safe_to_repeat = isSafeToRepeat ? 1 : 0
        fields.pointee.n_callers = callers.count
        fields.pointee.callers = try arena.array(callers, "onsale.reflection.v1.MethodEntry.callers") {
            element throws(MessageError) in Onsale__Rpc__V1__CallerRole(rawValue: UInt32(bitPattern: element.rawValue))
        }
        return fields
    }
}

extension DescribeProtocolRequest {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__describe_protocol_request__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__DescribeProtocolRequest>) {
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__DescribeProtocolRequest
    > {
        try arena.make(onsale__reflection__v1__describe_protocol_request__init)
    }
}

extension DescribeProtocolReply {
    package static let descriptor = MessageDescriptor(onsale__reflection__v1__describe_protocol_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Reflection__V1__DescribeProtocolReply>) {
        fileDescriptorSet = [UInt8](reading: fields.pointee.file_descriptor_set)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Reflection__V1__DescribeProtocolReply
    > {
        let fields = try arena.make(onsale__reflection__v1__describe_protocol_reply__init)
        fields.pointee.file_descriptor_set = try arena.bytes(
            fileDescriptorSet, "onsale.reflection.v1.DescribeProtocolReply.file_descriptor_set")
        return fields
    }
}

extension ProtoFile {
    /// `reflection.proto`
    package static let reflection = ProtoFile(
        "reflection.proto", imports: [.options],
        """
        0a107265666c656374696f6e2e70726f746f12146f6e73616c652e7265666c656374696f6e2e76311a0d6f7074696f6e\
        732e70726f746f22140a124c6973744d6574686f64735265717565737422520a104c6973744d6574686f64735265706c\
        79123e0a08736572766963657318012003280b32222e6f6e73616c652e7265666c656374696f6e2e76312e5365727669\
        6365456e74727952087365727669636573225f0a0c53657276696365456e74727912120a046e616d6518012001280952\
        046e616d65123b0a076d6574686f647318022003280b32212e6f6e73616c652e7265666c656374696f6e2e76312e4d65\
        74686f64456e74727952076d6574686f647322e0010a0b4d6574686f64456e74727912120a046e616d65180120012809\
        52046e616d6512210a0c726571756573745f74797065180220012809520b7265717565737454797065121d0a0a726570\
        6c795f7479706518032001280952097265706c7954797065121b0a0969735f73747265616d1804200128085208697353\
        747265616d12290a1169735f736166655f746f5f726570656174180520012808520e697353616665546f526570656174\
        12330a0763616c6c65727318062003280e32192e6f6e73616c652e7270632e76312e43616c6c6572526f6c6552076361\
        6c6c65727322190a17446573637269626550726f746f636f6c5265717565737422470a15446573637269626550726f74\
        6f636f6c5265706c79122e0a1366696c655f64657363726970746f725f73657418012001280c521166696c6544657363\
        726970746f7253657432ef010a0a5265666c656374696f6e12680a0b4c6973744d6574686f647312282e6f6e73616c65\
        2e7265666c656374696f6e2e76312e4c6973744d6574686f6473526571756573741a262e6f6e73616c652e7265666c65\
        6374696f6e2e76312e4c6973744d6574686f64735265706c79220790020188b5180112770a1044657363726962655072\
        6f746f636f6c122d2e6f6e73616c652e7265666c656374696f6e2e76312e446573637269626550726f746f636f6c5265\
        71756573741a2b2e6f6e73616c652e7265666c656374696f6e2e76312e446573637269626550726f746f636f6c526570\
        6c79220790020188b51801620670726f746f33
        """)
}
