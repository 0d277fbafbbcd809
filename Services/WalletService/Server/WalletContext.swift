import CommandLine
import ConcertAPI
import Identity
import Kernel
import Programs
import QueueAPI
import RPC
import Service
import WalletAPI
import WalletDomain

extension ServiceContext {
    package static let wallet = ServiceContext(
        "WalletService", "accounts, money, and payments that happen exactly once or not at all", name: "wallet",
        holder: .wallet, port: 7003,
        statusPort: 7103, migrations: WalletSchema.migrations, probe: AccountTable.probe, options: WalletFlags.all
    ) { environment in
        let concert = Client(to: environment.configuration[WalletFlags.concert], environment)
        let queue = Client(to: environment.configuration[WalletFlags.queue], environment)
        let identity = ServiceIdentity(environment.keys, environment.clock)
        let alarm = BreachAlarm(environment)
        let passes = FinishedPasses(environment, queue: QueueClient(queue), identity: identity)
        let coordinator = Coordinator(
            environment, concert: ConcertClient(concert), identity: identity, alarm: alarm, passes: passes)
        let recovery = Recovery(coordinator: coordinator)
        let refunds = Refunds(environment, concert: ConcertClient(concert), identity: identity, alarm: alarm)
        let latePayments = LatePayments(environment)
        let feed = EventFeed(environment)
        let endedSessions = EndedSessions(database: environment.database)
        return ServiceParts(
            [WalletServer(environment, coordinator).service, feed.service],
            components: [
                Component("calls to others", start: {}) {
                    await concert.shutdown()
                    await queue.shutdown()
                }
            ],
            jobs: [
                Job("payments", every: Recovery.interval) { try await recovery.run() },
                Job("passes", every: FinishedPasses.interval) { try await passes.run() },
                Job("refunds", every: Refunds.interval) { try await refunds.run() },
                Job("ended sessions", every: EndedSessions.interval) { try await endedSessions.run() },
                Job("late payments", every: LatePayments.interval) { try await latePayments.run() },
            ] + feed.jobs)
    }
}

/// The options of this service only.
enum WalletFlags {
    enum TopUpBy: String, CaseIterable, Sendable {
        case user
        case `operator`
    }

    static let concert = Option(
        "concert", .addresses, default: [.loopback(7002)],
        "Addresses of ConcertService. Calls are spread over all of them.")
    static let queue = Option(
        "queue", .addresses, default: [.loopback(7001)], "Addresses of QueueService. Calls are spread over all of them."
    )
    static let topUpBy = Option(
        "top-up-by", ValueKind<TopUpBy>.choice, default: .operator,
        "Role that may put money into a wallet: operators only, or also its user.")
    static let maxTopUp = Option(
        "max-top-up", .integer(in: 1...Int(MoneyLimits.largest)), default: 1_000_000,
        "Maximum of one top-up, in the smallest unit of its currency (cents).")
    static let maxBalance = Option(
        "max-balance", .integer(in: 1...Int(MoneyLimits.largest)), default: 10_000_000,
        "Maximum that a wallet holds of a currency after a top-up, in its smallest unit (cents).")
    static let credentialLifetime = Option(
        "credential-lifetime", .duration(in: .minutes(1) ... .days(30)), default: .hours(1),
        "Lifetime of a user's credential. Clients refresh it. An ended session stays usable for as long.")
    static let operatorCredentialLifetime = Option(
        "operator-credential-lifetime", .duration(in: .seconds(10) ... .hours(12)), default: .minutes(5),
        "Lifetime of an operator's credential. Clients refresh it. A revoked duty stays usable for as long.")

    static let all: [any AnyOption] = [
        concert, queue, topUpBy, maxTopUp, maxBalance, credentialLifetime, operatorCredentialLifetime,
    ]
}

extension Client {
    fileprivate convenience init(to addresses: [Address], _ environment: ServiceEnvironment) {
        var settings = ClientSettings()
        settings.agent = "WalletService"
        // The seed differs at each start, but not between runs of a simulation.
        settings.seed = environment.clock.uptime.nanoseconds
        self.init(to: addresses, on: environment.loops, network: environment.network, settings: settings)
    }
}
