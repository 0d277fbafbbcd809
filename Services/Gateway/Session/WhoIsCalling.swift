import Kernel

extension Invocation {
    /// With what this command calls: the file that was named, or else what the last sign-in left.
    func credential() throws(GatewayError) -> KeptCredential {
        try credential(of: command.caller.contains(.user) ? .user : .operator)
    }

    func credential(of role: Role) throws(GatewayError) -> KeptCredential {
        let kept: KeptCredential
        if let path = try arguments.value(CommonFlags.credential) {
            guard let text = try Home.read(path) else {
                throw GatewayError(.file, "there is no file \(path); gateway admin credential makes one")
            }
            guard let read = KeptCredential(text) else {
                throw GatewayError(.file, "\(path) is no credential; gateway admin credential makes one")
            }
            kept = read
        } else {
            guard let found = try home.credential(of: role) else {
                throw GatewayError(
                    .notAllowed,
                    role == .user
                        ? "nobody is signed in. Type: gateway sign-in NAME, or the first time: gateway sign-up NAME"
                        : "this is for operators. Type: gateway admin credential --keys FILE")
            }
            kept = found
        }
        guard clock.now < kept.expiry else {
            throw GatewayError(
                .notAllowed,
                "the sign-in of \(kept.name) ended on \(shown(kept.expiry.milliseconds)). Type: "
                    + (role == .user ? "gateway sign-in \(kept.name)" : "gateway admin credential --keys FILE"))
        }
        return kept
    }

    func user() throws(GatewayError) -> UserID { try credential().user }

    // MARK: What this user did last

    private func memoryFile() throws(GatewayError) -> String { "memory-\(try user())" }

    func memory() throws(GatewayError) -> Memory {
        Memory(try home.read(try memoryFile()) ?? "")
    }

    /// On the disk when it returns.
    func remember<Value>(
        _ change: (inout Memory) throws(GatewayError) -> Value
    ) throws(GatewayError) -> Value {
        var value: Value?
        try home.update(try memoryFile()) { text throws(GatewayError) in
            var memory = Memory(text)
            value = try change(&memory)
            text = memory.text
        }
        guard let value else { preconditionFailure("a file that was updated was changed") }
        return value
    }
}
