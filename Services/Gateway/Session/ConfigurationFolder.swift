import CommandLine
import Files
import Glibc
import Journeys
import Kernel

/// The folder of the gateway's files: credentials and recent activity. Only the user of the machine can read it.
package struct ConfigurationFolder: Sendable {
    static let profileVariable = "ONSALE_PROFILE"

    let path: String

    /// The folder of the profile in use, or else `ofAllProfiles`.
    init(_ environment: [String: String]) {
        let profile = environment[Self.profileVariable, default: ""]
        let all = ConfigurationFolder(ofAllProfiles: environment).path
        path = profile.isEmpty ? all : "\(all)/profiles/\(profile)"
    }

    /// `$XDG_CONFIG_HOME/onsale`, or `~/.config/onsale` if the variable is not an absolute path.
    init(ofAllProfiles environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        path = (variable("XDG_CONFIG_HOME") ?? (variable("HOME") ?? "/tmp") + "/.config") + "/onsale"
    }

    /// The text of a file in this folder. Nil if there is no such file.
    func read(_ name: String) throws(GatewayError) -> String? {
        try InputFile.read("\(path)/\(name)", isSecret: true)
    }

    /// Replaces a file of this folder. The text survives a power loss after this returns.
    func write(_ text: String, to name: String) throws(GatewayError) {
        try makeFolder()
        try Self.write(text, to: "\(path)/\(name)")
    }

    /// Replaces a file. The new file has mode 0600, and readers see either the old text or the new one.
    static func write(_ text: String, to path: String) throws(GatewayError) { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws(GatewayError) {
        do throws(SystemError) {
            try AtomicFile.write(bytes, to: path)
        } catch {
            throw GatewayError(.file, "cannot write \(path): \(error)")
        }
    }

    /// Changes a file under a lock against other gateways.
    func update(_ name: String, _ change: (inout String) throws -> Void) throws {
        try makeFolder()
        let lock = try FileLock.take("\(path)/\(name).lock", waits: true)
        defer { lock?.release() }
        let before = try read(name) ?? ""
        var text = before
        try change(&text)
        if text != before { try write(text, to: name) }
    }

    /// The recent activity of a user, in a file of this folder.
    func records(of user: @escaping @Sendable () throws -> UserID) -> Records {
        Records(
            load: { RecentActivity(try read("memory-\(try user())") ?? "") },
            apply: { change in
                try update("memory-\(try user())") { text in
                    var activity = RecentActivity(text)
                    try change(&activity)
                    text = activity.text
                }
            })
    }

    private func makeFolder() throws(GatewayError) {
        var parent = ""
        for part in path.split(separator: "/") {
            parent += "/\(part)"
            guard mkdir(parent, 0o700) == 0 || errno == EEXIST || access(parent, X_OK) == 0 else {
                throw .system("cannot create the folder \(parent)")
            }
        }
        guard chmod(path, 0o700) == 0 else { throw .system("cannot set mode 0700 of \(path)") }
    }
}

/// The stored credentials: one of a user, one of an operator.
extension ConfigurationFolder {
    private static func file(of role: Role) -> String { role == .user ? "sign-in" : "\(role)" }

    func credential(of role: Role) throws(GatewayError) -> StoredCredential? {
        let name = Self.file(of: role)
        guard let text = try read(name) else { return nil }
        if let credential = StoredCredential(text) { return credential }
        throw GatewayError(.file, "\(path)/\(name) is damaged", hint: "Remove it, and sign in again")
    }

    func path(of role: Role, file: String?) -> String { file ?? "\(path)/\(Self.file(of: role))" }

    /// The credential of a file, or else the stored one of a role. Throws if there is none.
    func required(_ role: Role, file: String?) throws(GatewayError) -> StoredCredential {
        guard let file else {
            if let stored = try credential(of: role) { return stored }
            throw GatewayError(
                .notAllowed,
                role == .user
                    ? "not signed in. Type: gateway sign-in NAME; without an account: gateway sign-up NAME"
                    : "not signed in as an operator. Type: gateway admin sign-in NAME; without an operator: "
                        + "gateway admin credential --keys FILE")
        }
        let flag = CommonFlags.credential.flag
        if let given = StoredCredential(try InputFile.required(file, by: flag, isSecret: true)) { return given }
        throw GatewayError(
            .file, "\(flag): \(file) is not a credential file",
            hint: "To create one: gateway admin credential --output FILE")
    }

    func store(_ credential: StoredCredential) throws(GatewayError) {
        try write(credential.text, to: Self.file(of: credential.role))
    }

    /// Does nothing if there is none.
    func removeCredential(of role: Role) throws(GatewayError) {
        let file = "\(path)/\(Self.file(of: role))"
        guard unlink(file) == 0 || errno == ENOENT else { throw .system("cannot remove \(file)") }
    }
}
