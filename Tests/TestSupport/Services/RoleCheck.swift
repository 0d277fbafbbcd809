import Kernel
import RPC

extension TestService {
    /// What is otherwise than agreed about who may call which method of a service, in sentences: each method is called in
    /// each role. No role at all is anyone.
    package func violations(
        in description: ServiceDescription, whereCallersAre callers: [String: Role]
    ) async -> [String] {
        let methods = description.methods.map { (name: String($0.name.split(separator: "/")[1]), method: $0) }
        var violations = Set(callers.keys).symmetricDifference(methods.map(\.name)).map { "\($0) was not agreed on" }
        for somebody in [nil, Somebody.alice, .operator, .service] {
            let client = client(of: somebody)
            for (name, method) in methods {
                let agreed = callers[name] ?? []
                let mayCall = agreed.isEmpty || somebody.map { agreed.contains($0.role) } ?? false
                guard await isLetIn(to: method, client) != mayCall else { continue }
                violations.append("\(name) \(mayCall ? "refuses" : "takes") \(somebody?.role.description ?? "nobody")")
            }
        }
        return violations
    }

    /// The request is empty: who may call is refused for that, if at all.
    private func isLetIn(to method: MethodDescription, _ client: Client) async -> Bool {
        do throws(RPCFailure) {
            _ = try await client.callRaw(method, payload: [])
            return true
        } catch {
            return error.reason != "CREDENTIAL_MISSING" && error.reason != "ROLE_NOT_ALLOWED"
        }
    }
}
