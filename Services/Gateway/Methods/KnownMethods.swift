import Kernel
import QueueAPI
import RPC

/// The methods that the gateway was built with.
enum KnownMethods {
    static let services: [ServiceDescription] = [
        HealthMethods.service, ReflectionMethods.service, QueueMethods.service,
    ]

    private static let all = services.flatMap(\.methods)

    /// By its full name, or by as much of its end as tells it from the others: `Health/Check`, `Check`.
    static func find(_ name: String) throws(GatewayError) -> MethodDescription {
        let found = all.filter { $0.name == name || $0.name.hasSuffix("/" + name) || $0.name.hasSuffix("." + name) }
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw .usage("\(name) may be \(found.map(\.name).joined(separator: " or ")). Say which")
        }
        let names = all.flatMap { [$0.name, $0.serviceAndName, $0.shortName] }
        let hint = name.nearest(among: names).map { "Did you mean \($0)?" } ?? "See: gateway methods"
        throw .usage("there is no method \(name). \(hint)")
    }
}

extension MethodDescription {
    /// `Check`
    var shortName: String { String(name.split(separator: "/").last ?? "") }
    /// `Health/Check`
    var serviceAndName: String { String(name.split(separator: ".").last ?? "") }
}
