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
                guard await isLetIn(to: method, client) != mayCall else { continue }
                violations.append("\(method.shortName) \(mayCall ? "refuses" : "takes") \(kind)")
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
            let refusals: [CallReason] = [
                .credentialMissing, .credentialInvalid, .credentialExpired, .roleNotAllowed, .dutyMissing,
            ]
            return !refusals.contains { error.isBecause($0) }
        }
    }
}

/// A caller of a certain role and duties, with a credential of a certain quality.
private struct CallerKind: CustomStringConvertible {
    enum Quality: String {
        case valid = "a valid"
        case expired = "an expired"
        case altered = "an altered"
        case foreign = "a foreign"
    }

    let caller: TestCaller?
    let quality: Quality

    private static let callers: [TestCaller] =
        [.alice, .service, .operator(with: [])] + Duties.all.each.map { .operator(with: $0) }

    static let all =
        [CallerKind(caller: nil, quality: .valid)]
        + callers.flatMap { caller in
            [Quality.valid, .expired, .altered, .foreign].map { CallerKind(caller: caller, quality: $0) }
        }

    func credential(_ keys: KeyFile, at now: Timestamp) -> [UInt8] {
        guard let caller else { return [] }
        switch quality {
        case .valid: return caller.credential(keys)
        case .expired: return caller.credential(keys, until: now)
        case .foreign: return caller.credential(.random())
        case .altered:
            // The first byte of the content behind kind and key: the role.
            var bytes = caller.credential(keys)
            bytes[5] ^= 1
            return bytes
        }
    }

    /// Also a method for anyone refuses a credential that is not valid.
    func mayCall(_ roles: Role, _ duties: Duties) -> Bool {
        guard let caller else { return roles.isEmpty }
        guard quality == .valid else { return false }
        if roles.isEmpty { return true }
        return roles.contains(caller.role) && (caller.role != .operator || caller.duties.suffice(for: duties))
    }

    var description: String {
        guard let caller else { return "a caller without a credential" }
        return "\(caller.role) (\(caller.duties)) with \(quality.rawValue) credential"
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
