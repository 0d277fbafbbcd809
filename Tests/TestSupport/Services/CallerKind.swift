import Identity
import Kernel
import RPC

/// A caller of a certain role and duties, with a credential of a certain quality.
package struct CallerKind: CustomStringConvertible {
    package enum Quality: String {
        case valid = "a valid"
        case expired = "an expired"
        case altered = "an altered"
        case foreign = "a foreign"
    }

    package let caller: TestCaller?
    package let quality: Quality

    private static let callers: [TestCaller] =
        [.alice, .service, TestCaller(user: UserID(high: 5, low: 1), role: .edge), .operator(with: [])]
        + Duties.all.each.map { .operator(with: $0) }

    package static let all =
        [CallerKind(caller: nil, quality: .valid)]
        + callers.flatMap { caller in
            [Quality.valid, .expired, .altered, .foreign].map { CallerKind(caller: caller, quality: $0) }
        }

    package func credential(_ keys: KeyFile, at now: Timestamp) -> [UInt8] {
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
    package func mayCall(_ roles: Role, _ duties: Duties) -> Bool {
        guard let caller else { return roles.isEmpty }
        guard quality == .valid else { return false }
        if roles.isEmpty { return true }
        return roles.contains(caller.role) && (caller.role != .operator || caller.duties.suffice(for: duties))
    }

    package var description: String {
        guard let caller else { return "a caller without a credential" }
        return "\(caller.role) (\(caller.duties)) with \(quality.rawValue) credential"
    }
}

extension Client {
    /// Returns false if the caller is refused for the credential, its role or its duties, its certificate, or for naming a
    /// peer.
    package func isLetIn(
        to method: MethodDescription, _ payload: [UInt8], _ options: CallOptions = CallOptions()
    ) async -> Bool {
        do throws(RPCFailure) {
            _ = try await callRaw(method, payload: payload, options)
            return true
        } catch {
            let refusals: [CallReason] = [
                .credentialMissing, .credentialInvalid, .credentialExpired, .roleNotAllowed, .dutyMissing,
                .certificateMissing, .peerNotAllowed,
            ]
            return !refusals.contains { error.isBecause($0) }
        }
    }
}
