import CommandLine
import Display
import Journeys
import Kernel

/// Adds, chooses and lists profiles.
enum ProfileCommands {
    private static let name = Operand("NAME", .profile)
    private static let optionalName = Operand(optional: "NAME", .profile)
    private static let zone = Option("zone", .zone, "time zone of its times, such as Europe/Berlin")

    static let add = Command(
        "profile add",
        "Adds a profile: a user or a site, with its own sign-ins. Replaces the addresses of an existing one.",
        details: "Use it with --profile NAME, with $ONSALE_PROFILE, or always: gateway profile use NAME",
        operands: [name], flags: Service.allCases.map(\.option) + [CommonFlags.authorities, zone],
        examples: [
            "alice",
            "box-office --queue 10.0.0.1:7001 --concert 10.0.0.1:7002 --wallet 10.0.0.1:7003 --ca onsale-ca.pem",
        ],
        run: { run in
            var variables: [String: String] = [:]
            for service in Service.allCases {
                guard let addresses = run[service.option] else { continue }
                variables[service.option.variable ?? ""] = addresses.map(\.description).joined(separator: ",")
            }
            if let path = run[CommonFlags.authorities] {
                variables[CommonFlags.authorities.variable ?? ""] =
                    path.hasPrefix("/") ? path : "\(run.environment["PWD"] ?? ".")/\(path)"
            }
            if let zone = run[zone] { variables["TZ"] = zone.variable }
            try Profile.store(variables, as: run[name], run.environment)
            run.show(
                json(run[name], variables, isUsed: false),
                "Added \(run[name]). To use it always: gateway profile use \(run[name])")
        })

    static let use = Command(
        "profile use", "Uses a profile in all later commands. Without NAME, none.", operands: [optionalName],
        examples: ["box-office", ""],
        run: { run in
            let name = run[optionalName]
            if let name, try Profile.variables(of: name, run.environment) == nil {
                throw GatewayError.refused(
                    "there is no profile \(name)", hint: "To add it: gateway profile add \(name)")
            }
            try Profile.use(name, ConfigurationFolder(ofAllProfiles: run.environment))
            run.show(
                .object(["profile": name.map { .string($0) } ?? .null]),
                name.map { "Later commands use the profile \($0)." } ?? "Later commands use no profile.")
        })

    static let list = Command(
        "profile list", "Lists the profiles, and which one is in use.", examples: ["", "--json"],
        run: { run in
            let used = try Profile.used(ConfigurationFolder(ofAllProfiles: run.environment))
            var profiles: [(name: String, variables: [String: String])] = []
            for name in Profile.names(run.environment) {
                if let variables = try Profile.variables(of: name, run.environment) {
                    profiles.append((name, variables))
                }
            }
            run.show(
                profiles, { json($0.name, $0.variables, isUsed: $0.name == used) },
                empty: "There are no profiles. To add one: gateway profile add NAME",
                ["NAME", "IN USE", .wrapped("SETTINGS")]
            ) { profile in
                [
                    profile.name, profile.name == used ? "yes" : "",
                    profile.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
                ]
            }
        })

    private static func json(_ name: String, _ variables: [String: String], isUsed: Bool) -> JSON {
        .object([
            "name": .string(name), "isUsed": .bool(isUsed),
            "settings": .object(variables.sorted { $0.key < $1.key }.map { (name: $0.key, value: .string($0.value)) }),
        ])
    }
}
