import Kernel
import RPC

extension TestService {
    /// Calls each method of a service in each role, and returns a sentence for each difference from `callers`. An empty
    /// role set means that every caller may call.
    package func violations(
        in description: ServiceDescription, whereCallersAre callers: [String: Role]
    ) async -> [String] {
        let methods = description.methods.map { (name: String($0.name.split(separator: "/")[1]), method: $0) }
        var violations = Set(callers.keys).symmetricDifference(methods.map(\.name)).map {
            "\($0) is in only one of the lists"
        }
        for caller in [nil, TestCaller.alice, .operator, .service] {
            let client = client(of: caller)
            for (name, method) in methods {
                let agreed = callers[name] ?? []
                let mayCall = agreed.isEmpty || caller.map { agreed.contains($0.role) } ?? false
                guard await isLetIn(to: method, client) != mayCall else { continue }
                violations.append(
                    "\(name) \(mayCall ? "refuses" : "takes") \(caller?.role.description ?? "a caller without a role")")
            }
        }
        return violations
    }

    /// Sends an empty request, so a permitted caller is refused at most for its content.
    private func isLetIn(to method: MethodDescription, _ client: Client) async -> Bool {
        do throws(RPCFailure) {
            _ = try await client.callRaw(method, payload: [])
            return true
        } catch {
            return error.reason != "CREDENTIAL_MISSING" && error.reason != "ROLE_NOT_ALLOWED"
        }
    }
}
