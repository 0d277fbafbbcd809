import ConcertAPI
import Kernel
import QueueAPI
import RPC
import WalletAPI

/// The methods that the edge serves: those of the three contracts with one reply, unless only services may call them.
enum ServedMethods {
    private static let services = [QueueMethods.service, ConcertMethods.service, WalletMethods.service]

    static let all: [MethodDescription] = services.flatMap(\.methods).filter { !$0.isStream && $0.callers != .service }

    /// The rules of the fields of their requests and replies.
    static var rules: ContractRules { ContractRules(of: ProtoFile.withImports(services.map(\.file))) }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The method with this full name: `onsale.queue.v1.Queue/Join`.
    static func find(_ name: String) -> MethodDescription? { byName[name] }
}
