import Identity
import Kernel
import RPC

extension TestService {
    /// Calls each method of a service with each role, each duty, and credentials that are not valid. Returns a sentence
    /// for each answer that differs from the contract, also for each method that reflection describes otherwise.
    package func violations(in description: ServiceDescription) async throws -> [String] {
        let entries = try await ReflectionClient(client(of: nil)).listMethods(ListMethodsRequest()).services
        let shown = entries.first { $0.name == description.name }?.methods ?? []
        var violations = zip(description.methods, shown).compactMap { method, shown -> String? in
            let (roles, duties) = shown.allowed
            let isSame = roles == method.callers && duties == method.duties && shown.name == method.shortName
            return isSame ? nil : "\(method.shortName) is described as \(shown.name) for \(shown.allowed)"
        }
        if shown.count != description.methods.count { violations.append("\(shown.count) methods are described") }
        for kind in CallerKind.all {
            let client = client(with: kind.credential(keys, at: clock.now))
            for method in description.methods {
                let mayCall = kind.mayCall(method.callers, method.duties)
                // An empty request, so a permitted caller is refused at most for its content.
                guard await client.isLetIn(to: method, []) != mayCall else { continue }
                violations.append("\(method.shortName) \(mayCall ? "refuses" : "takes") \(kind)")
            }
        }
        return violations
    }
}

extension MethodEntry {
    /// The callers and duties that reflection tells.
    fileprivate var allowed: (roles: Role, duties: Duties) {
        let roles: [CallerRole: Role] = [.user: .user, .operator: .operator, .service: .service]
        return (Role(callers.compactMap { roles[$0] }), Duties(fields: duties))
    }
}

extension MethodDescription {
    fileprivate var shortName: String { name.split(separator: "/").last.map(String.init) ?? "" }
}

extension ServiceDescription {
    /// The names of the methods that need no credential, sorted.
    package var openMethods: [String] { methods.filter(\.callers.isEmpty).map(\.shortName).sorted() }
}
