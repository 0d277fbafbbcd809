// Generated from health.proto by MessageGenerator. Do not edit: change that file and run generate.

import CProto
import Kernel

package struct CheckRequest: Message {
    /// The full name of a service, such as `onsale.queue.v1.Queue`. Empty asks for the program as a whole.
    package var service: String

    package init(service: String = "") {
        self.service = service
    }
}

package struct CheckReply: Message {
    package var status: ServingStatus

    package init(status: ServingStatus = ServingStatus(rawValue: 0)) {
        self.status = status
    }
}

package enum ServingStatus: Hashable, Sendable {
    case unspecified
    /// Calls are answered.
    case serving
    /// Calls are refused: it is starting, draining, or cannot reach what it needs.
    case notServing
    /// There is no such service here.
    case serviceUnknown
    /// A value that this program does not know.
    case unrecognized(Int32)

    package init(rawValue: Int32) {
        self =
            switch rawValue {
            case 0: .unspecified
            case 1: .serving
            case 2: .notServing
            case 3: .serviceUnknown
            default: .unrecognized(rawValue)
            }
    }

    package var rawValue: Int32 {
        switch self {
        case .unspecified: 0
        case .serving: 1
        case .notServing: 2
        case .serviceUnknown: 3
        case .unrecognized(let rawValue): rawValue
        }
    }
}

/// The methods of `onsale.health.v1.Health`, as callers and servers know them.
package enum HealthMethods {
    package static let check = Method<CheckRequest, CheckReply>(
        "onsale.health.v1.Health/Check", isSafeToRepeat: true, callers: [])

    package static let service = ServiceDescription(
        "onsale.health.v1.Health",
        methods: [check.description],
        file: .health)
}

extension CheckRequest {
    package static let descriptor = MessageDescriptor(onsale__health__v1__check_request__init)

    package init(reading fields: UnsafePointer<Onsale__Health__V1__CheckRequest>) {
        service = String(reading: fields.pointee.service)
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Health__V1__CheckRequest>
    {
        let fields = try arena.make(onsale__health__v1__check_request__init)
        fields.pointee.service = try arena.string(service, "onsale.health.v1.CheckRequest.service")
        return fields
    }
}

extension CheckReply {
    package static let descriptor = MessageDescriptor(onsale__health__v1__check_reply__init)

    package init(reading fields: UnsafePointer<Onsale__Health__V1__CheckReply>) {
        status = ServingStatus(rawValue: Int32(bitPattern: fields.pointee.status.rawValue))
    }

    package func layOut(in arena: Arena) throws(MessageError) -> UnsafeMutablePointer<Onsale__Health__V1__CheckReply> {
        let fields = try arena.make(onsale__health__v1__check_reply__init)
        fields.pointee.status = Onsale__Health__V1__ServingStatus(rawValue: UInt32(bitPattern: status.rawValue))
        return fields
    }
}

extension ProtoFile {
    /// `health.proto`
    package static let health = ProtoFile(
        "health.proto", imports: [.options],
        """
        0a0c6865616c74682e70726f746f12106f6e73616c652e6865616c74682e76311a0d6f7074696f6e732e70726f746f22\
        280a0c436865636b5265717565737412180a077365727669636518012001280952077365727669636522450a0a436865\
        636b5265706c7912370a0673746174757318012001280e321f2e6f6e73616c652e6865616c74682e76312e5365727669\
        6e6753746174757352067374617475732a620a0d53657276696e67537461747573121e0a1a53455256494e475f535441\
        5455535f554e5350454349464945441000120b0a0753455256494e471001120f0a0b4e4f545f53455256494e47100212\
        130a0f534552564943455f554e4b4e4f574e100332580a064865616c7468124e0a05436865636b121e2e6f6e73616c65\
        2e6865616c74682e76312e436865636b526571756573741a1c2e6f6e73616c652e6865616c74682e76312e436865636b\
        5265706c79220790020188b51801620670726f746f33
        """)
}
