import CommandLine
import Display
import Journeys
import Kernel
import WalletAPI

/// Lists and ends sessions.
enum SessionCommands {
    private static let all = Option("all", .flag, "end all your sessions, on every machine")
    private static let session = Option(
        "session", .text("SESSION"), "end this session instead, and stay signed in here. See: gateway sessions")

    static let signOut = signOut(
        "sign-out", as: .user,
        "The record of recent places, reservations and payments stays for the next sign-in of the same user.")

    static let signOutAsOperator = signOut(
        "admin sign-out", as: .operator, "A sign-in as a user stays. With --all, it ends, too.")

    private static func signOut(_ name: String, as role: Role, _ details: String) -> Command {
        Command(
            name, "Ends your session, and removes the stored sign-in from this machine.", details: details,
            calls: [.wallet], flags: [all, session], examples: ["", "--all"],
            run: { run in
                guard !run[all] || run[session] == nil else {
                    throw GatewayError.usage("\(all.flag) and \(session.flag) exclude each other. Give one of them")
                }
                let stored = try run.configuration.credential(of: role)
                if let stored { try await endSession(of: stored, run) }
                guard run[session] == nil else { return }
                try run.configuration.removeCredential(of: role)
                run.show(
                    .object(["signedOut": stored.map { .string($0.name) } ?? .null]),
                    stored.map { "Signed out: \($0.name)." } ?? "You were not signed in.")
            })
    }

    private static func endSession(of stored: StoredCredential, _ run: Invocation) async throws {
        let people = People(run.credentials.caller(as: stored.role, isOperator: stored.role == .operator))
        if let name = run[session] {
            let id = try await id(of: name, people)
            try await people.signOut(id)
            return run.show(.object(["ended": .string("\(id)")]), "Ended session \(IDSuffix.text(of: id)).")
        }
        guard stored.session != nil || run[all] else { return }
        do {
            if run[all] { try await people.signOutEverywhere() } else { try await people.signOut(nil) }
        } catch let failure as CallFailure where failure.outcome == .notAllowed {
            // The session has ended before.
        } catch let failure as CallFailure where failure.outcome == .unavailable && !run[all] {
            run.note(
                "The wallet service did not answer. The session ends by itself on \(run.zone.text(of: stored.end)).")
        }
    }

    /// An id, or that of the open session whose id ends in `name`. An ended session may be ended again by its id.
    private static func id(of name: String, _ people: People) async throws -> SessionID {
        if let id = SessionID(name) { return id }
        let open = try await people.sessions().map(\.sessionID)
        return try ShortID.find(name, among: open, "session", hint: "See: gateway sessions")
    }

    static let list = list("sessions", as: .user)
    static let listOfOperator = list("admin sessions", as: .operator)

    private static func list(_ name: String, as role: Role) -> Command {
        Command(
            name, "Lists your sessions: the sign-ins on all machines that have not ended.",
            details: "The star marks the session of this command.", calls: [.wallet], caller: role,
            examples: ["", "--json"],
            run: { run in
                run.show(
                    try await People(run.caller).sessions(), \.json,
                    ["SESSION", "ROLE", "FROM", .wrapped("SINCE"), .wrapped("USED"), .wrapped("ENDS")]
                ) { session in
                    [
                        IDSuffix.text(of: session.sessionID) + (session.isCurrent ? " *" : ""), session.role,
                        session.address, run.localTime(session.beganAt), run.localTime(session.usedAt),
                        run.localTime(session.endsAt),
                    ]
                }
            })
    }
}

extension OpenSession {
    fileprivate var role: String { "\(isOperator ? Role.operator : Role.user)" }

    fileprivate var json: JSON {
        .object([
            "sessionId": .id(sessionID), "role": .string(role), "isCurrent": .bool(isCurrent),
            "address": .text(address), "beganAt": .time(beganAt), "usedAt": .time(usedAt), "endsAt": .time(endsAt),
        ])
    }
}
