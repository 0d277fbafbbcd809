// Generated from options.proto by MessageGenerator. Do not edit: change that file and run generate.

import CProto

/// Who may call a method. Every method of every service says so:
///
///     rpc Join(JoinRequest) returns (JoinReply) {
///       option idempotency_level = IDEMPOTENT;
///       option (onsale.rpc.v1.callers) = USER;
///     }
///
/// Several lines of the option name several callers; ANYONE stands alone. A method that says nothing is not generated.
package enum CallerRole: Hashable, Sendable {
    case unspecified
    /// No credential is needed.
    case anyone
    /// Somebody who buys.
    case user
    /// Somebody who runs a sale.
    case `operator`
    /// Another service of Onsale.
    case service
    /// A value that this program does not know.
    case unrecognized(Int32)

    package init(rawValue: Int32) {
        self =
            switch rawValue {
            case 0: .unspecified
            case 1: .anyone
            case 2: .user
            case 3: .`operator`
            case 4: .service
            default: .unrecognized(rawValue)
            }
    }

    package var rawValue: Int32 {
        switch self {
        case .unspecified: 0
        case .anyone: 1
        case .user: 2
        case .`operator`: 3
        case .service: 4
        case .unrecognized(let rawValue): rawValue
        }
    }
}

extension ProtoFile {
    /// `options.proto`
    package static let options = ProtoFile(
        "options.proto", imports: [],
        """
        0a0d6f7074696f6e732e70726f746f120d6f6e73616c652e7270632e76311a20676f6f676c652f70726f746f6275662f\
        64657363726970746f722e70726f746f2a5a0a0a43616c6c6572526f6c65121b0a1743414c4c45525f524f4c455f554e\
        5350454349464945441000120a0a06414e594f4e45100112080a04555345521002120c0a084f50455241544f52100312\
        0b0a075345525649434510043a550a0763616c6c657273121e2e676f6f676c652e70726f746f6275662e4d6574686f64\
        4f7074696f6e7318d186032003280e32192e6f6e73616c652e7270632e76312e43616c6c6572526f6c65520763616c6c\
        657273620670726f746f33
        """)
}
