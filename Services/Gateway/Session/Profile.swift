import CommandLine
import Glibc
import Kernel

/// Profiles: each has its own sign-ins, records and addresses, so that one machine has several users and sites.
///
/// `profiles/NAME` is the configuration folder of a profile. Its file `settings` has variables that apply where the
/// environment has none.
enum Profile {
    private static let settings = "settings"
    private static let current = "profile"
    static let maximumCount = 1000

    /// The environment with the variables of the profile in use.
    static func environment(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(GatewayError) -> [String: String] {
        let base = ConfigurationFolder(ofAllProfiles: environment)
        let chosen = arguments[CommonFlags.profile]
        guard let name = try chosen == nil ? used(base) : chosen else { return environment }
        guard let stored = try variables(of: name, environment) else {
            throw .usage("there is no profile \(name.printable). To add it: gateway profile add \(name.printable)")
        }
        var complete = environment.filter { !$0.value.isEmpty }
        complete.merge(stored) { given, _ in given }
        complete[ConfigurationFolder.profileVariable] = name
        return complete
    }

    /// The profile of `gateway profile use`. Nil without one.
    static func used(_ base: ConfigurationFolder) throws(GatewayError) -> String? {
        try base.read(current).map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
    }

    static func use(_ name: String?, _ base: ConfigurationFolder) throws(GatewayError) {
        try base.write(name ?? "", to: current)
    }

    static func store(
        _ variables: [String: String], as name: String, _ environment: [String: String]
    ) throws(GatewayError) {
        let lines = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }
        try folder(name, environment).write(lines.joined(), to: settings)
    }

    /// Nil if there is no such profile.
    static func variables(of name: String, _ environment: [String: String]) throws(GatewayError) -> [String: String]? {
        guard isName(name), let text = try folder(name, environment).read(settings) else { return nil }
        let pairs = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 })
    }

    static func names(_ environment: [String: String]) -> [String] {
        guard let folder = opendir(ConfigurationFolder(ofAllProfiles: environment).path + "/profiles") else {
            return []
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder), names.count < maximumCount {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX)) { String(cString: $0) }
            }
            if isName(name) { names.append(name) }
        }
        return names.sorted()
    }

    static func isName(_ name: String) -> Bool { name.wholeMatch(of: /[a-z0-9][a-z0-9\-]{0,39}/) != nil }

    private static func folder(_ name: String, _ environment: [String: String]) -> ConfigurationFolder {
        ConfigurationFolder(environment.merging([ConfigurationFolder.profileVariable: name]) { $1 })
    }
}

extension ValueKind<String> {
    static var profile: Self {
        ValueKind(placeholder: "NAME", allowed: "a name of 1 to 40 lower-case letters, digits and hyphens") { name in
            Profile.isName(name) ? name : nil
        }
    }
}
