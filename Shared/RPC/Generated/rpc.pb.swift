// Generated from rpc.proto by MessageGenerator. Do not edit: change that file and run generate.

import CProto

/// The one message of every frame.
package struct Envelope: Message {
    /// The call, chosen by the client, strictly increasing from 1. 0 is the connection itself.
    package var id: UInt64
    package var kind: Kind
    /// REQUEST: `onsale.queue.v1.Queue/Join`.
    package var method: String
    /// REQUEST: the time that remains. 0 is the server's default, never infinite.
    package var timeoutUs: UInt64
    /// REPLY: absent, or with code 0, is OK.
    package var status: Status?
    /// REQUEST: 2 says that the call is safe to repeat.
    package var flags: UInt32
    /// At most 32 entries and 8 KiB.
    package var metadata: [Entry]
    /// 25 bytes: W3C trace id, span id, flags.
    package var trace: [UInt8]
    /// 16 bytes: the idempotency key of a write, made by the outermost client.
    package var requestID: [UInt8]
    /// Which try this is: 0, 1, 2 and so on.
    package var attempt: UInt32
    /// CREDIT: how many more items the client can take. REQUEST: the first grant; 0 grants 16.
    package var credit: UInt32
    /// Who is calling; signed.
    package var credential: [UInt8]
    /// The packed message. HELLO and GOAWAY carry theirs here.
    package var payload: [UInt8]

    package init(
        id: UInt64 = 0,
        kind: Kind = Kind(rawValue: 0),
        method: String = "",
        timeoutUs: UInt64 = 0,
        status: Status? = nil,
        flags: UInt32 = 0,
        metadata: [Entry] = [],
        trace: [UInt8] = [],
        requestID: [UInt8] = [],
        attempt: UInt32 = 0,
        credit: UInt32 = 0,
        credential: [UInt8] = [],
        payload: [UInt8] = []
    ) {
        self.id = id
        self.kind = kind
        self.method = method
        self.timeoutUs = timeoutUs
        self.status = status
        self.flags = flags
        self.metadata = metadata
        self.trace = trace
        self.requestID = requestID
        self.attempt = attempt
        self.credit = credit
        self.credential = credential
        self.payload = payload
    }
}

/// One item of metadata.
package struct Entry: Message {
    package var key: String
    package var value: [UInt8]

    package init(key: String = "", value: [UInt8] = []) {
        self.key = key
        self.value = value
    }
}

/// How a call ended.
package struct Status: Message {
    /// 0 is OK; 1 to 16 are the codes of gRPC.
    package var code: Int32
    /// For people.
    package var message: String
    /// For programs: a stable constant such as `SEAT_SOLD`.
    package var reason: String
    /// 1 is NOT_PROCESSED: the handler never saw the call. 2 is INDEFINITE: it may have happened.
    package var flags: UInt32
    /// When to try again, if at all. 0 says nothing.
    package var retryAfterMs: UInt32
    package var details: [Detail]

    package init(
        code: Int32 = 0,
        message: String = "",
        reason: String = "",
        flags: UInt32 = 0,
        retryAfterMs: UInt32 = 0,
        details: [Detail] = []
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.flags = flags
        self.retryAfterMs = retryAfterMs
        self.details = details
    }
}

/// What a failure says beyond its reason.
package struct Detail: Message {
    /// The full name of the message that `value` holds.
    package var type: String
    package var value: [UInt8]

    package init(type: String = "", value: [UInt8] = []) {
        self.type = type
        self.value = value
    }
}

/// The payload of HELLO.
package struct Hello: Message {
    /// The versions of this protocol that the sender speaks. This one is 1.
    package var minVersion: UInt32
    package var maxVersion: UInt32
    /// Program and version, for logs.
    package var agent: String
    /// The largest frames that the sender takes.
    package var maxRequestBytes: UInt32
    package var maxReplyBytes: UInt32
    /// How many unary calls the sender takes at once on this connection.
    package var maxInFlight: UInt32
    /// A peer that pings more often than this may be sent away.
    package var minPingIntervalMs: UInt32

    package init(
        minVersion: UInt32 = 0,
        maxVersion: UInt32 = 0,
        agent: String = "",
        maxRequestBytes: UInt32 = 0,
        maxReplyBytes: UInt32 = 0,
        maxInFlight: UInt32 = 0,
        minPingIntervalMs: UInt32 = 0
    ) {
        self.minVersion = minVersion
        self.maxVersion = maxVersion
        self.agent = agent
        self.maxRequestBytes = maxRequestBytes
        self.maxReplyBytes = maxReplyBytes
        self.maxInFlight = maxInFlight
        self.minPingIntervalMs = minPingIntervalMs
    }
}

/// The payload of GOAWAY.
package struct GoAway: Message {
    /// Calls above this id were not processed and may go elsewhere.
    package var lastID: UInt64
    /// Why.
    package var status: Status?

    package init(lastID: UInt64 = 0, status: Status? = nil) {
        self.lastID = lastID
        self.status = status
    }
}

/// What an envelope is for. A receiver ignores a kind that it does not know.
package enum Kind: Hashable, Sendable {
    case unspecified
    /// Client to server: begins a call.
    case request
    /// Server to client: ends a call. There is exactly one for each REQUEST.
    case reply
    /// Server to client: one item of a stream. Each takes one credit.
    case item
    /// Client to server: the answer is no longer wanted. The REPLY comes all the same.
    case cancel
    /// Client to server: so many more items of a stream may come.
    case credit
    /// Either way: are you there?
    case ping
    /// Answers a PING, with its id and payload.
    case pong
    /// Begin no new calls on this connection. The payload is a GoAway.
    case goaway
    /// What the sender can do. The payload is a Hello. A client need not send one.
    case hello
    /// A value that this program does not know.
    case unrecognized(Int32)

    package init(rawValue: Int32) {
        self =
            switch rawValue {
            case 0: .unspecified
            case 1: .request
            case 2: .reply
            case 3: .item
            case 4: .cancel
            case 5: .credit
            case 6: .ping
            case 7: .pong
            case 8: .goaway
            case 9: .hello
            default: .unrecognized(rawValue)
            }
    }

    package var rawValue: Int32 {
        switch self {
        case .unspecified: 0
        case .request: 1
        case .reply: 2
        case .item: 3
        case .cancel: 4
        case .credit: 5
        case .ping: 6
        case .pong: 7
        case .goaway: 8
        case .hello: 9
        case .unrecognized(let rawValue): rawValue
        }
    }
}

extension Envelope {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__envelope__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__Envelope>) {
        id = fields.pointee.id
        kind = Kind(rawValue: Int32(bitPattern: fields.pointee.kind.rawValue))
        method = String(reading: fields.pointee.method)
        timeoutUs = fields.pointee.timeout_us
        status = fields.pointee.status.map { Status(reading: $0) }
        flags = fields.pointee.flags
        metadata = Array(reading: fields.pointee.metadata, count: fields.pointee.n_metadata) { Entry(reading: $0!) }
        trace = [UInt8](reading: fields.pointee.trace)
        requestID = [UInt8](reading: fields.pointee.request_id)
        attempt = fields.pointee.attempt
        credit = fields.pointee.credit
        credential = [UInt8](reading: fields.pointee.credential)
        payload = [UInt8](reading: fields.pointee.payload)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__Envelope> {
        let fields = try arena.make(onsale__rpc__v1__envelope__init)
        fields.pointee.id = id
        fields.pointee.kind = Onsale__Rpc__V1__Kind(rawValue: UInt32(bitPattern: kind.rawValue))
        fields.pointee.method = try arena.string(method, "onsale.rpc.v1.Envelope.method")
        fields.pointee.timeout_us = timeoutUs
        fields.pointee.status = try status?.layOut(in: arena)
        fields.pointee.flags = flags
        fields.pointee.n_metadata = metadata.count
        fields.pointee.metadata = try arena.array(metadata, "onsale.rpc.v1.Envelope.metadata") {
            element throws(MessageError) in try element.layOut(in: arena)
        }
        fields.pointee.trace = try arena.bytes(trace, "onsale.rpc.v1.Envelope.trace")
        fields.pointee.request_id = try arena.bytes(requestID, "onsale.rpc.v1.Envelope.request_id")
        fields.pointee.attempt = attempt
        fields.pointee.credit = credit
        fields.pointee.credential = try arena.bytes(credential, "onsale.rpc.v1.Envelope.credential")
        fields.pointee.payload = try arena.bytes(payload, "onsale.rpc.v1.Envelope.payload")
        return fields
    }
}

extension Entry {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__entry__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__Entry>) {
        key = String(reading: fields.pointee.key)
        value = [UInt8](reading: fields.pointee.value)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__Entry> {
        let fields = try arena.make(onsale__rpc__v1__entry__init)
        fields.pointee.key = try arena.string(key, "onsale.rpc.v1.Entry.key")
        fields.pointee.value = try arena.bytes(value, "onsale.rpc.v1.Entry.value")
        return fields
    }
}

extension Status {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__status__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__Status>) {
        code = fields.pointee.code
        message = String(reading: fields.pointee.message)
        reason = String(reading: fields.pointee.reason)
        flags = fields.pointee.flags
        retryAfterMs = fields.pointee.retry_after_ms
        details = Array(reading: fields.pointee.details, count: fields.pointee.n_details) { Detail(reading: $0!) }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__Status> {
        let fields = try arena.make(onsale__rpc__v1__status__init)
        fields.pointee.code = code
        fields.pointee.message = try arena.string(message, "onsale.rpc.v1.Status.message")
        fields.pointee.reason = try arena.string(reason, "onsale.rpc.v1.Status.reason")
        fields.pointee.flags = flags
        fields.pointee.retry_after_ms = retryAfterMs
        fields.pointee.n_details = details.count
        fields.pointee.details = try arena.array(details, "onsale.rpc.v1.Status.details") {
            element throws(MessageError) in try element.layOut(in: arena)
        }
        return fields
    }
}

extension Detail {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__detail__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__Detail>) {
        type = String(reading: fields.pointee.type)
        value = [UInt8](reading: fields.pointee.value)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__Detail> {
        let fields = try arena.make(onsale__rpc__v1__detail__init)
        fields.pointee.type = try arena.string(type, "onsale.rpc.v1.Detail.type")
        fields.pointee.value = try arena.bytes(value, "onsale.rpc.v1.Detail.value")
        return fields
    }
}

extension Hello {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__hello__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__Hello>) {
        minVersion = fields.pointee.min_version
        maxVersion = fields.pointee.max_version
        agent = String(reading: fields.pointee.agent)
        maxRequestBytes = fields.pointee.max_request_bytes
        maxReplyBytes = fields.pointee.max_reply_bytes
        maxInFlight = fields.pointee.max_in_flight
        minPingIntervalMs = fields.pointee.min_ping_interval_ms
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__Hello> {
        let fields = try arena.make(onsale__rpc__v1__hello__init)
        fields.pointee.min_version = minVersion
        fields.pointee.max_version = maxVersion
        fields.pointee.agent = try arena.string(agent, "onsale.rpc.v1.Hello.agent")
        fields.pointee.max_request_bytes = maxRequestBytes
        fields.pointee.max_reply_bytes = maxReplyBytes
        fields.pointee.max_in_flight = maxInFlight
        fields.pointee.min_ping_interval_ms = minPingIntervalMs
        return fields
    }
}

extension GoAway {
    package static let descriptor = MessageDescriptor(onsale__rpc__v1__go_away__init)

    package init(reading fields: UnsafePointer<Onsale__Rpc__V1__GoAway>) {
        lastID = fields.pointee.last_id
        status = fields.pointee.status.map { Status(reading: $0) }
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Rpc__V1__GoAway> {
        let fields = try arena.make(onsale__rpc__v1__go_away__init)
        fields.pointee.last_id = lastID
        fields.pointee.status = try status?.layOut(in: arena)
        return fields
    }
}

extension ProtoFile {
    /// `rpc.proto`
    package static let rpc = ProtoFile(
        "rpc.proto", imports: [],
        """
        0a097270632e70726f746f120d6f6e73616c652e7270632e76312292030a08456e76656c6f7065120e0a026964180120\
        0128045202696412270a046b696e6418022001280e32132e6f6e73616c652e7270632e76312e4b696e6452046b696e64\
        12160a066d6574686f6418032001280952066d6574686f64121d0a0a74696d656f75745f757318042001280452097469\
        6d656f75745573122d0a0673746174757318052001280b32152e6f6e73616c652e7270632e76312e5374617475735206\
        73746174757312140a05666c61677318062001280d5205666c61677312300a086d6574616461746118072003280b3214\
        2e6f6e73616c652e7270632e76312e456e74727952086d6574616461746112140a05747261636518082001280c520574\
        72616365121d0a0a726571756573745f696418092001280c520972657175657374496412180a07617474656d7074180a\
        2001280d5207617474656d707412160a06637265646974180b2001280d5206637265646974121e0a0a63726564656e74\
        69616c180c2001280c520a63726564656e7469616c12180a077061796c6f6164180f2001280c52077061796c6f616422\
        2f0a05456e74727912100a036b657918012001280952036b657912140a0576616c756518022001280c520576616c7565\
        22bb010a0653746174757312120a04636f64651801200128055204636f646512180a076d657373616765180220012809\
        52076d65737361676512160a06726561736f6e1803200128095206726561736f6e12140a05666c61677318042001280d\
        5205666c61677312240a0e72657472795f61667465725f6d7318052001280d520c726574727941667465724d73122f0a\
        0764657461696c7318062003280b32152e6f6e73616c652e7270632e76312e44657461696c520764657461696c732232\
        0a0644657461696c12120a047479706518012001280952047479706512140a0576616c756518022001280c520576616c\
        75652288020a0548656c6c6f121f0a0b6d696e5f76657273696f6e18012001280d520a6d696e56657273696f6e121f0a\
        0b6d61785f76657273696f6e18022001280d520a6d617856657273696f6e12140a056167656e74180320012809520561\
        67656e74122a0a116d61785f726571756573745f627974657318042001280d520f6d6178526571756573744279746573\
        12260a0f6d61785f7265706c795f627974657318052001280d520d6d61785265706c79427974657312220a0d6d61785f\
        696e5f666c6967687418062001280d520b6d6178496e466c69676874122f0a146d696e5f70696e675f696e7465727661\
        6c5f6d7318072001280d52116d696e50696e67496e74657276616c4d7322500a06476f4177617912170a076c6173745f\
        696418012001280452066c6173744964122d0a0673746174757318022001280b32152e6f6e73616c652e7270632e7631\
        2e53746174757352067374617475732a81010a044b696e6412140a104b494e445f554e5350454349464945441000120b\
        0a0752455155455354100112090a055245504c59100212080a044954454d1003120a0a0643414e43454c1004120a0a06\
        435245444954100512080a0450494e47100612080a04504f4e471007120a0a06474f41574159100812090a0548454c4c\
        4f1009620670726f746f33
        """)
}
