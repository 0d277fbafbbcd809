import Database
import Identity
import Kernel
import Messages
import RPC

extension TestService {
    /// Calls each method of a service whose port requires TLS with each role, each duty, and credentials that are not valid:
    /// without a certificate, with that of a program, and with that of a web edge. Then calls each method without TLS.
    ///
    /// Returns a sentence for each answer that differs from the contract, for each refused call that began a transaction,
    /// and for each method that reflection describes otherwise.
    package func violations(in description: ServiceDescription) async throws -> [String] {
        let anyone = try client(with: [], certificateOf: nil)
        let entries = try await ReflectionClient(anyone).listMethods(ListMethodsRequest()).services
        let shown = entries.first { $0.name == description.name }?.methods ?? []
        var violations = zip(description.methods, shown).compactMap { method, shown -> String? in
            let (roles, duties) = shown.allowed
            let isSame = roles == method.callers && duties == method.duties && shown.name == method.shortName
            return isSame ? nil : "\(method.shortName) is described as \(shown.name) for \(shown.allowed)"
        }
        if shown.count != description.methods.count { violations.append("\(shown.count) methods are described") }
        let naming = CallOptions(peer: Address(host: "203.0.113.7", port: 50_312))
        for kind in CallerKind.all {
            let credential = kind.credential(keys, at: clock.now)
            let direct = try client(with: credential, certificateOf: nil)
            let program = try client(with: credential, certificateOf: .wallet)
            let edge = try client(with: credential, certificateOf: .edge)
            for method in description.methods {
                let mayCall = kind.mayCall(method.callers, method.duties)
                // A web edge can pass on any caller but a service.
                let mayPass = mayCall && kind.caller?.role != .service
                for (client, options, isAllowed, way) in [
                    (direct, CallOptions(), mayCall, "directly"), (direct, naming, false, "naming a peer"),
                    (program, CallOptions(), mayCall, "with a certificate"), (edge, naming, mayPass, "through an edge"),
                    (edge, CallOptions(), mayPass, "as an edge"),
                ] {
                    let transactions = instances[0].database.transactionCount
                    // An empty request, so a permitted caller is refused at most for its content.
                    if await client.isLetIn(to: method, [], options) != isAllowed {
                        violations.append("\(method.shortName) \(isAllowed ? "refuses" : "takes") \(kind) \(way)")
                    }
                    if !isAllowed, instances[0].database.transactionCount != transactions {
                        violations.append("\(method.shortName) writes for \(kind) \(way)")
                    }
                }
            }
        }
        for method in description.methods {
            if try await !refusesPlain(method) { violations.append("\(method.shortName) is not refused without TLS") }
        }
        return violations
    }

    /// Calls a method without TLS, as an operator with all duties. Returns true if the only answer names TLS, and nothing was
    /// read or written.
    private func refusesPlain(_ method: MethodDescription) async throws -> Bool {
        let transactions = instances[0].database.transactionCount
        let socket = try RawSocket(to: instances[0].address)
        let credential = TestCaller.operator.credential(keys)
        try await socket.send(
            Envelope(id: 1, kind: .request, method: method.name, credential: credential, payload: []).frame())
        let answers = try await socket.envelopes()
        let status = try answers.first.flatMap { try GoAway(decoding: $0.payload).status }
        return answers.map(\.kind) == [.goaway] && status?.reason == CallReason.tlsRequired.rawValue
            && instances[0].database.transactionCount == transactions
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
