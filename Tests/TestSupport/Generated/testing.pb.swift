// Generated from testing.proto by MessageGenerator. Do not edit: change that file and run generate.

import CTestProto
import Kernel
import RPC

package struct EchoRequest: Message {
    package var payload: [UInt8]

    package init(payload: [UInt8] = []) {
        self.payload = payload
    }
}

package struct EchoReply: Message {
    package var payload: [UInt8]

    package init(payload: [UInt8] = []) {
        self.payload = payload
    }
}

package struct FailRequest: Message {
    package var code: Int32
    package var message: String
    package var reason: String
    package var retryAfterMs: UInt32

    package init(
        code: Int32 = 0,
        message: String = "",
        reason: String = "",
        retryAfterMs: UInt32 = 0
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.retryAfterMs = retryAfterMs
    }
}

package struct FailReply: Message {
    package init() {}
}

package struct WaitRequest: Message {
    package var milliseconds: UInt32

    package init(milliseconds: UInt32 = 0) {
        self.milliseconds = milliseconds
    }
}

package struct WaitReply: Message {
    package init() {}
}

package struct AddRequest: Message {
    package var amount: Int64

    package init(amount: Int64 = 0) {
        self.amount = amount
    }
}

package struct AddReply: Message {
    /// The sum of all amounts so far.
    package var total: Int64

    package init(total: Int64 = 0) {
        self.total = total
    }
}

package struct CountRequest: Message {
    package var limit: UInt64

    package init(limit: UInt64 = 0) {
        self.limit = limit
    }
}

package struct CountItem: Message {
    package var number: UInt64
    /// Filled up with zeros, to make items of a size.
    package var padding: [UInt8]

    package init(number: UInt64 = 0, padding: [UInt8] = []) {
        self.number = number
        self.padding = padding
    }
}

/// One field of every kind.
package struct Everything: Message {
    package var doubleValue: Double
    package var floatValue: Float
    package var int32Value: Int32
    package var int64Value: Int64
    package var uint32Value: UInt32
    package var uint64Value: UInt64
    package var sint32Value: Int32
    package var sint64Value: Int64
    package var fixed32Value: UInt32
    package var fixed64Value: UInt64
    package var sfixed32Value: Int32
    package var sfixed64Value: Int64
    package var boolValue: Bool
    package var stringValue: String
    package var bytesValue: [UInt8]
    package var colour: Colour
    package var nested: Everything.Nested?
    package var doubles: [Double]
    package var floats: [Float]
    package var int32s: [Int32]
    package var int64s: [Int64]
    package var uint32s: [UInt32]
    package var uint64s: [UInt64]
    package var sint32s: [Int32]
    package var sint64s: [Int64]
    package var fixed32s: [UInt32]
    package var fixed64s: [UInt64]
    package var sfixed32s: [Int32]
    package var sfixed64s: [Int64]
    package var bools: [Bool]
    package var strings: [String]
    package var blobs: [[UInt8]]
    package var colours: [Colour]
    package var nesteds: [Everything.Nested]
    package var unpacked: [UInt32]
    package var choice: Choice?
    /// Names that mean something in Swift.
    package var `guard`: String
    package var `init`: UInt32
    package var description: Bool
    package var `where`: [UInt8]
    package var type: Everything.Nested.Kind

    package enum Choice: Equatable, Sendable {
        case number(UInt64)
        case text(String)
        case blob([UInt8])
        case flag(Bool)
        case ratio(Double)
        case shade(Colour)
        case leaf(Everything.Nested)
    }

    package struct Nested: Message {
        package var name: String
        package var kind: Everything.Nested.Kind
        package var deeper: Everything.Nested.Deeper?

        package enum Kind: Hashable, Sendable {
            case unspecified
            case plain
            case `default`
            /// A value that this program does not know.
            case unrecognized(Int32)

            package init(rawValue: Int32) {
                self =
                    switch rawValue {
                    case 0: .unspecified
                    case 1: .plain
                    case 2: .`default`
                    default: .unrecognized(rawValue)
                    }
            }

            package var rawValue: Int32 {
                switch self {
                case .unspecified: 0
                case .plain: 1
                case .`default`: 2
                case .unrecognized(let rawValue): rawValue
                }
            }
        }

        package struct Deeper: Message {
            package var names: [String]
            package var weight: Int64

            package init(names: [String] = [], weight: Int64 = 0) {
                self.names = names
                self.weight = weight
            }
        }

        package init(
            name: String = "",
            kind: Everything.Nested.Kind = Everything.Nested.Kind(rawValue: 0),
            deeper: Everything.Nested.Deeper? = nil
        ) {
            self.name = name
            self.kind = kind
            self.deeper = deeper
        }
    }

    package init(
        doubleValue: Double = 0,
        floatValue: Float = 0,
        int32Value: Int32 = 0,
        int64Value: Int64 = 0,
        uint32Value: UInt32 = 0,
        uint64Value: UInt64 = 0,
        sint32Value: Int32 = 0,
        sint64Value: Int64 = 0,
        fixed32Value: UInt32 = 0,
        fixed64Value: UInt64 = 0,
        sfixed32Value: Int32 = 0,
        sfixed64Value: Int64 = 0,
        boolValue: Bool = false,
        stringValue: String = "",
        bytesValue: [UInt8] = [],
        colour: Colour = Colour(rawValue: 0),
        nested: Everything.Nested? = nil,
        doubles: [Double] = [],
        floats: [Float] = [],
        int32s: [Int32] = [],
        int64s: [Int64] = [],
        uint32s: [UInt32] = [],
        uint64s: [UInt64] = [],
        sint32s: [Int32] = [],
        sint64s: [Int64] = [],
        fixed32s: [UInt32] = [],
        fixed64s: [UInt64] = [],
        sfixed32s: [Int32] = [],
        sfixed64s: [Int64] = [],
        bools: [Bool] = [],
        strings: [String] = [],
        blobs: [[UInt8]] = [],
        colours: [Colour] = [],
        nesteds: [Everything.Nested] = [],
        unpacked: [UInt32] = [],
        choice: Choice? = nil,
        `guard`: String = "",
        `init`: UInt32 = 0,
        description: Bool = false,
        `where`: [UInt8] = [],
        type: Everything.Nested.Kind = Everything.Nested.Kind(rawValue: 0)
    ) {
        self.doubleValue = doubleValue
        self.floatValue = floatValue
        self.int32Value = int32Value
        self.int64Value = int64Value
        self.uint32Value = uint32Value
        self.uint64Value = uint64Value
        self.sint32Value = sint32Value
        self.sint64Value = sint64Value
        self.fixed32Value = fixed32Value
        self.fixed64Value = fixed64Value
        self.sfixed32Value = sfixed32Value
        self.sfixed64Value = sfixed64Value
        self.boolValue = boolValue
        self.stringValue = stringValue
        self.bytesValue = bytesValue
        self.colour = colour
        self.nested = nested
        self.doubles = doubles
        self.floats = floats
        self.int32s = int32s
        self.int64s = int64s
        self.uint32s = uint32s
        self.uint64s = uint64s
        self.sint32s = sint32s
        self.sint64s = sint64s
        self.fixed32s = fixed32s
        self.fixed64s = fixed64s
        self.sfixed32s = sfixed32s
        self.sfixed64s = sfixed64s
        self.bools = bools
        self.strings = strings
        self.blobs = blobs
        self.colours = colours
        self.nesteds = nesteds
        self.unpacked = unpacked
        self.choice = choice
        self.`guard` = `guard`
        self.`init` = `init`
        self.description = description
        self.`where` = `where`
        self.type = type
    }
}

package enum Colour: Hashable, Sendable {
    case unspecified
    case red
    case darkGreen
    case belowZero
    /// A value that this program does not know.
    case unrecognized(Int32)

    package init(rawValue: Int32) {
        self =
            switch rawValue {
            case 0: .unspecified
            case 1: .red
            case 2: .darkGreen
            case -1: .belowZero
            default: .unrecognized(rawValue)
            }
    }

    package var rawValue: Int32 {
        switch self {
        case .unspecified: 0
        case .red: 1
        case .darkGreen: 2
        case .belowZero: -1
        case .unrecognized(let rawValue): rawValue
        }
    }
}

/// The methods of `onsale.testing.v1.Echo`, as callers and servers know them.
package enum EchoMethods {
    /// Answers with what it was sent.
    package static let echo = Method<EchoRequest, EchoReply>(
        "onsale.testing.v1.Echo/Echo", isSafeToRepeat: true, callers: [])
    /// Answers with the status it was asked for.
    package static let fail = Method<FailRequest, FailReply>(
        "onsale.testing.v1.Echo/Fail", isSafeToRepeat: true, callers: [])
    /// Answers after a time.
    package static let wait = Method<WaitRequest, WaitReply>(
        "onsale.testing.v1.Echo/Wait", isSafeToRepeat: true, callers: [])
    /// Counts how often it ran; not safe to repeat.
    package static let add = Method<AddRequest, AddReply>(
        "onsale.testing.v1.Echo/Add", isSafeToRepeat: false, callers: [.user, .service])
    /// Answers with every kind of field there is.
    package static let mirror = Method<Everything, Everything>(
        "onsale.testing.v1.Echo/Mirror", isSafeToRepeat: true, callers: [])
    /// Counts up to a number.
    package static let count = StreamMethod<CountRequest, CountItem>(
        "onsale.testing.v1.Echo/Count", isSafeToRepeat: true, callers: [])

    package static let service = ServiceDescription(
        "onsale.testing.v1.Echo",
        methods: [
            echo.description, fail.description, wait.description, add.description, mirror.description,
            count.description,
        ],
        file: .testing)
}

extension EchoRequest {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__echo_request__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__EchoRequest>) {
        payload = [UInt8](reading: fields.pointee.payload)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__EchoRequest>
    {
        let fields = try arena.make(onsale__testing__v1__echo_request__init)
        fields.pointee.payload = try arena.bytes(payload, "onsale.testing.v1.EchoRequest.payload")
        return fields
    }
}

extension EchoReply {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__echo_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__EchoReply>) {
        payload = [UInt8](reading: fields.pointee.payload)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__EchoReply> {
        let fields = try arena.make(onsale__testing__v1__echo_reply__init)
        fields.pointee.payload = try arena.bytes(payload, "onsale.testing.v1.EchoReply.payload")
        return fields
    }
}

extension FailRequest {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__fail_request__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__FailRequest>) {
        code = fields.pointee.code
        message = String(reading: fields.pointee.message)
        reason = String(reading: fields.pointee.reason)
        retryAfterMs = fields.pointee.retry_after_ms
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__FailRequest>
    {
        let fields = try arena.make(onsale__testing__v1__fail_request__init)
        fields.pointee.code = code
        fields.pointee.message = try arena.string(message, "onsale.testing.v1.FailRequest.message")
        fields.pointee.reason = try arena.string(reason, "onsale.testing.v1.FailRequest.reason")
        fields.pointee.retry_after_ms = retryAfterMs
        return fields
    }
}

extension FailReply {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__fail_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__FailReply>) {
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__FailReply> {
        try arena.make(onsale__testing__v1__fail_reply__init)
    }
}

extension WaitRequest {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__wait_request__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__WaitRequest>) {
        milliseconds = fields.pointee.milliseconds
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__WaitRequest>
    {
        let fields = try arena.make(onsale__testing__v1__wait_request__init)
        fields.pointee.milliseconds = milliseconds
        return fields
    }
}

extension WaitReply {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__wait_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__WaitReply>) {
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__WaitReply> {
        try arena.make(onsale__testing__v1__wait_reply__init)
    }
}

extension AddRequest {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__add_request__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__AddRequest>) {
        amount = fields.pointee.amount
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__AddRequest> {
        let fields = try arena.make(onsale__testing__v1__add_request__init)
        fields.pointee.amount = amount
        return fields
    }
}

extension AddReply {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__add_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__AddReply>) {
        total = fields.pointee.total
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__AddReply> {
        let fields = try arena.make(onsale__testing__v1__add_reply__init)
        fields.pointee.total = total
        return fields
    }
}

extension CountRequest {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__count_request__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__CountRequest>) {
        limit = fields.pointee.limit
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__CountRequest>
    {
        let fields = try arena.make(onsale__testing__v1__count_request__init)
        fields.pointee.limit = limit
        return fields
    }
}

extension CountItem {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__count_item__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__CountItem>) {
        number = fields.pointee.number
        padding = [UInt8](reading: fields.pointee.padding)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__CountItem> {
        let fields = try arena.make(onsale__testing__v1__count_item__init)
        fields.pointee.number = number
        fields.pointee.padding = try arena.bytes(padding, "onsale.testing.v1.CountItem.padding")
        return fields
    }
}

extension Everything {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__everything__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__Everything>) {
        doubleValue = fields.pointee.double_value
        floatValue = fields.pointee.float_value
        int32Value = fields.pointee.int32_value
        int64Value = fields.pointee.int64_value
        uint32Value = fields.pointee.uint32_value
        uint64Value = fields.pointee.uint64_value
        sint32Value = fields.pointee.sint32_value
        sint64Value = fields.pointee.sint64_value
        fixed32Value = fields.pointee.fixed32_value
        fixed64Value = fields.pointee.fixed64_value
        sfixed32Value = fields.pointee.sfixed32_value
        sfixed64Value = fields.pointee.sfixed64_value
        boolValue = fields.pointee.bool_value != 0
        stringValue = String(reading: fields.pointee.string_value)
        bytesValue = [UInt8](reading: fields.pointee.bytes_value)
        colour = Colour(rawValue: fields.pointee.colour.rawValue)
        nested = fields.pointee.nested.map { Everything.Nested(reading: $0) }
        doubles = Array(reading: fields.pointee.doubles, count: fields.pointee.n_doubles)
        floats = Array(reading: fields.pointee.floats, count: fields.pointee.n_floats)
        int32s = Array(reading: fields.pointee.int32s, count: fields.pointee.n_int32s)
        int64s = Array(reading: fields.pointee.int64s, count: fields.pointee.n_int64s)
        uint32s = Array(reading: fields.pointee.uint32s, count: fields.pointee.n_uint32s)
        uint64s = Array(reading: fields.pointee.uint64s, count: fields.pointee.n_uint64s)
        sint32s = Array(reading: fields.pointee.sint32s, count: fields.pointee.n_sint32s)
        sint64s = Array(reading: fields.pointee.sint64s, count: fields.pointee.n_sint64s)
        fixed32s = Array(reading: fields.pointee.fixed32s, count: fields.pointee.n_fixed32s)
        fixed64s = Array(reading: fields.pointee.fixed64s, count: fields.pointee.n_fixed64s)
        sfixed32s = Array(reading: fields.pointee.sfixed32s, count: fields.pointee.n_sfixed32s)
        sfixed64s = Array(reading: fields.pointee.sfixed64s, count: fields.pointee.n_sfixed64s)
        bools = Array(reading: fields.pointee.bools, count: fields.pointee.n_bools) { $0 != 0 }
        strings = Array(reading: fields.pointee.strings, count: fields.pointee.n_strings) { String(reading: $0) }
        blobs = Array(reading: fields.pointee.blobs, count: fields.pointee.n_blobs) { [UInt8](reading: $0) }
        colours = Array(reading: fields.pointee.colours, count: fields.pointee.n_colours) {
            Colour(rawValue: $0.rawValue)
        }
        nesteds = Array(reading: fields.pointee.nesteds, count: fields.pointee.n_nesteds) {
            Everything.Nested(reading: $0!)
        }
        unpacked = Array(reading: fields.pointee.unpacked, count: fields.pointee.n_unpacked)
        choice =
            switch fields.pointee.choice_case {
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_NUMBER: .number(fields.pointee.number)
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_TEXT: .text(String(reading: fields.pointee.text))
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_BLOB: .blob([UInt8](reading: fields.pointee.blob))
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_FLAG: .flag(fields.pointee.flag != 0)
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_RATIO: .ratio(fields.pointee.ratio)
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_SHADE: .shade(Colour(rawValue: fields.pointee.shade.rawValue))
            case ONSALE__TESTING__V1__EVERYTHING__CHOICE_LEAF: .leaf(Everything.Nested(reading: fields.pointee.leaf))
            default: nil
            }
        `guard` = String(reading: fields.pointee.`guard`)
        `init` = fields.pointee.`init`
        description = fields.pointee.description != 0
        `where` = [UInt8](reading: fields.pointee.`where`)
        type = Everything.Nested.Kind(rawValue: Int32(bitPattern: fields.pointee.type.rawValue))
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Testing__V1__Everything> {
        let fields = try arena.make(onsale__testing__v1__everything__init)
        fields.pointee.double_value = doubleValue
        fields.pointee.float_value = floatValue
        fields.pointee.int32_value = int32Value
        fields.pointee.int64_value = int64Value
        fields.pointee.uint32_value = uint32Value
        fields.pointee.uint64_value = uint64Value
        fields.pointee.sint32_value = sint32Value
        fields.pointee.sint64_value = sint64Value
        fields.pointee.fixed32_value = fixed32Value
        fields.pointee.fixed64_value = fixed64Value
        fields.pointee.sfixed32_value = sfixed32Value
        fields.pointee.sfixed64_value = sfixed64Value
        fields.pointee.bool_value = boolValue ? 1 : 0
        fields.pointee.string_value = try arena.string(stringValue, "onsale.testing.v1.Everything.string_value")
        fields.pointee.bytes_value = try arena.bytes(bytesValue, "onsale.testing.v1.Everything.bytes_value")
        fields.pointee.colour = Onsale__Testing__V1__Colour(rawValue: colour.rawValue)
        fields.pointee.nested = try nested?.layOut(in: arena)
        fields.pointee.n_doubles = doubles.count
        fields.pointee.doubles = try arena.array(doubles, "onsale.testing.v1.Everything.doubles")
        fields.pointee.n_floats = floats.count
        fields.pointee.floats = try arena.array(floats, "onsale.testing.v1.Everything.floats")
        fields.pointee.n_int32s = int32s.count
        fields.pointee.int32s = try arena.array(int32s, "onsale.testing.v1.Everything.int32s")
        fields.pointee.n_int64s = int64s.count
        fields.pointee.int64s = try arena.array(int64s, "onsale.testing.v1.Everything.int64s")
        fields.pointee.n_uint32s = uint32s.count
        fields.pointee.uint32s = try arena.array(uint32s, "onsale.testing.v1.Everything.uint32s")
        fields.pointee.n_uint64s = uint64s.count
        fields.pointee.uint64s = try arena.array(uint64s, "onsale.testing.v1.Everything.uint64s")
        fields.pointee.n_sint32s = sint32s.count
        fields.pointee.sint32s = try arena.array(sint32s, "onsale.testing.v1.Everything.sint32s")
        fields.pointee.n_sint64s = sint64s.count
        fields.pointee.sint64s = try arena.array(sint64s, "onsale.testing.v1.Everything.sint64s")
        fields.pointee.n_fixed32s = fixed32s.count
        fields.pointee.fixed32s = try arena.array(fixed32s, "onsale.testing.v1.Everything.fixed32s")
        fields.pointee.n_fixed64s = fixed64s.count
        fields.pointee.fixed64s = try arena.array(fixed64s, "onsale.testing.v1.Everything.fixed64s")
        fields.pointee.n_sfixed32s = sfixed32s.count
        fields.pointee.sfixed32s = try arena.array(sfixed32s, "onsale.testing.v1.Everything.sfixed32s")
        fields.pointee.n_sfixed64s = sfixed64s.count
        fields.pointee.sfixed64s = try arena.array(sfixed64s, "onsale.testing.v1.Everything.sfixed64s")
        fields.pointee.n_bools = bools.count
        fields.pointee.bools = try arena.array(bools, "onsale.testing.v1.Everything.bools") {
            element throws(MessageError) in element ? 1 : 0
        }
        fields.pointee.n_strings = strings.count
        fields.pointee.strings = try arena.array(strings, "onsale.testing.v1.Everything.strings") {
            element throws(MessageError) in try arena.string(element, "onsale.testing.v1.Everything.strings")
        }
        fields.pointee.n_blobs = blobs.count
        fields.pointee.blobs = try arena.array(blobs, "onsale.testing.v1.Everything.blobs") {
            element throws(MessageError) in try arena.bytes(element, "onsale.testing.v1.Everything.blobs")
        }
        fields.pointee.n_colours = colours.count
        fields.pointee.colours = try arena.array(colours, "onsale.testing.v1.Everything.colours") {
            element throws(MessageError) in Onsale__Testing__V1__Colour(rawValue: element.rawValue)
        }
        fields.pointee.n_nesteds = nesteds.count
        fields.pointee.nesteds = try arena.array(nesteds, "onsale.testing.v1.Everything.nesteds") {
            element throws(MessageError) in try element.layOut(in: arena)
        }
        fields.pointee.n_unpacked = unpacked.count
        fields.pointee.unpacked = try arena.array(unpacked, "onsale.testing.v1.Everything.unpacked")
        switch choice {
        case .number(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_NUMBER
            fields.pointee.number = value
        case .text(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_TEXT
            fields.pointee.text = try arena.string(value, "onsale.testing.v1.Everything.text")
        case .blob(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_BLOB
            fields.pointee.blob = try arena.bytes(value, "onsale.testing.v1.Everything.blob")
        case .flag(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_FLAG
            fields.pointee.flag = value ? 1 : 0
        case .ratio(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_RATIO
            fields.pointee.ratio = value
        case .shade(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_SHADE
            fields.pointee.shade = Onsale__Testing__V1__Colour(rawValue: value.rawValue)
        case .leaf(let value):
            fields.pointee.choice_case = ONSALE__TESTING__V1__EVERYTHING__CHOICE_LEAF
            fields.pointee.leaf = try value.layOut(in: arena)
        case nil: break
        }
        fields.pointee.`guard` = try arena.string(`guard`, "onsale.testing.v1.Everything.guard")
        fields.pointee.`init` = `init`
        fields.pointee.description = description ? 1 : 0
        fields.pointee.`where` = try arena.bytes(`where`, "onsale.testing.v1.Everything.where")
        fields.pointee.type = Onsale__Testing__V1__Everything__Nested__Kind(rawValue: UInt32(bitPattern: type.rawValue))
        return fields
    }
}

extension Everything.Nested {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__everything__nested__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__Everything__Nested>) {
        name = String(reading: fields.pointee.name)
        kind = Everything.Nested.Kind(rawValue: Int32(bitPattern: fields.pointee.kind.rawValue))
        deeper = fields.pointee.deeper.map { Everything.Nested.Deeper(reading: $0) }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Testing__V1__Everything__Nested
    > {
        let fields = try arena.make(onsale__testing__v1__everything__nested__init)
        fields.pointee.name = try arena.string(name, "onsale.testing.v1.Everything.Nested.name")
        fields.pointee.kind = Onsale__Testing__V1__Everything__Nested__Kind(rawValue: UInt32(bitPattern: kind.rawValue))
        fields.pointee.deeper = try deeper?.layOut(in: arena)
        return fields
    }
}

extension Everything.Nested.Deeper {
    package static let descriptor = MessageDescriptor(onsale__testing__v1__everything__nested__deeper__init)

    package init(reading fields: UnsafePointer<Onsale__Testing__V1__Everything__Nested__Deeper>) {
        names = Array(reading: fields.pointee.names, count: fields.pointee.n_names) { String(reading: $0) }
        weight = fields.pointee.weight
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<
        Onsale__Testing__V1__Everything__Nested__Deeper
    > {
        let fields = try arena.make(onsale__testing__v1__everything__nested__deeper__init)
        fields.pointee.n_names = names.count
        fields.pointee.names = try arena.array(names, "onsale.testing.v1.Everything.Nested.Deeper.names") {
            element throws(MessageError) in
            try arena.string(element, "onsale.testing.v1.Everything.Nested.Deeper.names")
        }
        fields.pointee.weight = weight
        return fields
    }
}

extension ProtoFile {
    /// `testing.proto`
    package static let testing = ProtoFile(
        "testing.proto", imports: [.options],
        """
        0a0d74657374696e672e70726f746f12116f6e73616c652e74657374696e672e76311a0d6f7074696f6e732e70726f74\
        6f22270a0b4563686f5265717565737412180a077061796c6f616418012001280c52077061796c6f616422250a094563\
        686f5265706c7912180a077061796c6f616418012001280c52077061796c6f616422790a0b4661696c52657175657374\
        12120a04636f64651801200128055204636f646512180a076d65737361676518022001280952076d6573736167651216\
        0a06726561736f6e1803200128095206726561736f6e12240a0e72657472795f61667465725f6d7318042001280d520c\
        726574727941667465724d73220b0a094661696c5265706c7922310a0b576169745265717565737412220a0c6d696c6c\
        697365636f6e647318012001280d520c6d696c6c697365636f6e6473220b0a09576169745265706c7922240a0a416464\
        5265717565737412160a06616d6f756e741801200128035206616d6f756e7422200a084164645265706c7912140a0574\
        6f74616c1801200128035205746f74616c22240a0c436f756e745265717565737412140a056c696d6974180120012804\
        52056c696d6974223d0a09436f756e744974656d12160a066e756d62657218012001280452066e756d62657212180a07\
        70616464696e6718022001280c520770616464696e6722c20e0a0a45766572797468696e6712210a0c646f75626c655f\
        76616c7565180120012801520b646f75626c6556616c7565121f0a0b666c6f61745f76616c7565180220012802520a66\
        6c6f617456616c7565121f0a0b696e7433325f76616c7565180320012805520a696e74333256616c7565121f0a0b696e\
        7436345f76616c7565180420012803520a696e74363456616c756512210a0c75696e7433325f76616c75651805200128\
        0d520b75696e74333256616c756512210a0c75696e7436345f76616c7565180620012804520b75696e74363456616c75\
        6512210a0c73696e7433325f76616c7565180720012811520b73696e74333256616c756512210a0c73696e7436345f76\
        616c7565180820012812520b73696e74363456616c756512230a0d666978656433325f76616c7565180920012807520c\
        6669786564333256616c756512230a0d666978656436345f76616c7565180a20012806520c6669786564363456616c75\
        6512250a0e73666978656433325f76616c7565180b2001280f520d736669786564333256616c756512250a0e73666978\
        656436345f76616c7565180c20012810520d736669786564363456616c7565121d0a0a626f6f6c5f76616c7565180d20\
        0128085209626f6f6c56616c756512210a0c737472696e675f76616c7565180e20012809520b737472696e6756616c75\
        65121f0a0b62797465735f76616c7565180f2001280c520a627974657356616c756512310a06636f6c6f757218102001\
        280e32192e6f6e73616c652e74657374696e672e76312e436f6c6f75725206636f6c6f7572123c0a066e657374656418\
        112001280b32242e6f6e73616c652e74657374696e672e76312e45766572797468696e672e4e657374656452066e6573\
        74656412180a07646f75626c65731815200328015207646f75626c657312160a06666c6f617473181620032802520666\
        6c6f61747312160a06696e743332731817200328055206696e7433327312160a06696e74363473181820032803520669\
        6e7436347312180a0775696e7433327318192003280d520775696e7433327312180a0775696e74363473181a20032804\
        520775696e7436347312180a0773696e74333273181b20032811520773696e7433327312180a0773696e74363473181c\
        20032812520773696e74363473121a0a086669786564333273181d2003280752086669786564333273121a0a08666978\
        6564363473181e2003280652086669786564363473121c0a09736669786564333273181f2003280f5209736669786564\
        333273121c0a09736669786564363473182020032810520973666978656436347312140a05626f6f6c73182120032808\
        5205626f6f6c7312180a07737472696e67731822200328095207737472696e677312140a05626c6f627318232003280c\
        5205626c6f627312330a07636f6c6f75727318242003280e32192e6f6e73616c652e74657374696e672e76312e436f6c\
        6f75725207636f6c6f757273123e0a076e65737465647318252003280b32242e6f6e73616c652e74657374696e672e76\
        312e45766572797468696e672e4e657374656452076e657374656473121e0a08756e7061636b656418262003280d4202\
        10005208756e7061636b656412180a066e756d626572182920012804480052066e756d62657212140a0474657874182a\
        20012809480052047465787412140a04626c6f62182b2001280c48005204626c6f6212140a04666c6167182c20012808\
        48005204666c616712160a05726174696f182d2001280148005205726174696f12310a057368616465182e2001280e32\
        192e6f6e73616c652e74657374696e672e76312e436f6c6f7572480052057368616465123a0a046c656166182f200128\
        0b32242e6f6e73616c652e74657374696e672e76312e45766572797468696e672e4e6573746564480052046c65616612\
        140a0567756172641833200128095205677561726412120a04696e697418342001280d5204696e697412200a0b646573\
        6372697074696f6e183520012808520b6465736372697074696f6e12140a05776865726518362001280c520577686572\
        65123d0a047479706518372001280e32292e6f6e73616c652e74657374696e672e76312e45766572797468696e672e4e\
        65737465642e4b696e645204747970651a8e020a064e657374656412120a046e616d6518012001280952046e616d6512\
        3d0a046b696e6418022001280e32292e6f6e73616c652e74657374696e672e76312e45766572797468696e672e4e6573\
        7465642e4b696e6452046b696e6412430a0664656570657218032001280b322b2e6f6e73616c652e74657374696e672e\
        76312e45766572797468696e672e4e65737465642e44656570657252066465657065721a360a0644656570657212140a\
        056e616d657318012003280952056e616d657312160a06776569676874180220012812520677656967687422340a044b\
        696e6412140a104b494e445f554e535045434946494544100012090a05504c41494e1001120b0a0744454641554c5410\
        0242080a0663686f6963652a670a06436f6c6f757212160a12434f4c4f55525f554e5350454349464945441000120e0a\
        0a434f4c4f55525f524544100112150a11434f4c4f55525f4441524b5f475245454e1002121e0a11434f4c4f55525f42\
        454c4f575f5a45524f10ffffffffffffffffff0132e4030a044563686f124d0a044563686f121e2e6f6e73616c652e74\
        657374696e672e76312e4563686f526571756573741a1c2e6f6e73616c652e74657374696e672e76312e4563686f5265\
        706c79220790020188b51801124d0a044661696c121e2e6f6e73616c652e74657374696e672e76312e4661696c526571\
        756573741a1c2e6f6e73616c652e74657374696e672e76312e4661696c5265706c79220790020188b51801124d0a0457\
        616974121e2e6f6e73616c652e74657374696e672e76312e57616974526571756573741a1c2e6f6e73616c652e746573\
        74696e672e76312e576169745265706c79220790020288b51801124b0a03416464121d2e6f6e73616c652e7465737469\
        6e672e76312e416464526571756573741a1b2e6f6e73616c652e74657374696e672e76312e4164645265706c79220888\
        b5180288b51804124f0a064d6972726f72121d2e6f6e73616c652e74657374696e672e76312e45766572797468696e67\
        1a1d2e6f6e73616c652e74657374696e672e76312e45766572797468696e67220790020188b5180112510a05436f756e\
        74121f2e6f6e73616c652e74657374696e672e76312e436f756e74526571756573741a1c2e6f6e73616c652e74657374\
        696e672e76312e436f756e744974656d220790020188b518013001620670726f746f33
        """)
}
