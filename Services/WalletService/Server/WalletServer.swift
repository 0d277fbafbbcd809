import ConcertAPI
import Database
import Identity
import Kernel
import QueueAPI
import RPC
import Runtime
import Service
import WalletAPI
import WalletDomain

/// Handles the calls of this service. Each RPC has its own file of the same name. All state that instances share is in
/// the database.
struct WalletServer: WalletHandlers {
    let database: Database
    let clock: any Clock
    let sessions: Sessions
    let passwords = Passwords()
    let throttle: SignInThrottle
    let limits: MoneyLimits
    let usersMayTopUp: Bool
    let coordinator: Coordinator
    let jobs: [Job]

    init(_ environment: ServiceEnvironment, concert: Client, queue: Client) {
        database = environment.database
        clock = environment.clock
        sessions = Sessions(
            environment.keys, lifetime: environment.configuration[WalletFlags.credentialLifetime],
            clock: environment.clock)
        throttle = SignInThrottle(environment.clock)
        limits = MoneyLimits(
            topUp: Int64(environment.configuration[WalletFlags.maxTopUp]),
            balance: Int64(environment.configuration[WalletFlags.maxBalance]))
        usersMayTopUp = environment.configuration[WalletFlags.topUpBy] == .user
        environment.log.info(
            usersMayTopUp ? "users may put money into their own wallets" : "only operators may put money into wallets",
            ["option": usersMayTopUp ? "--top-up-by user" : "--top-up-by operator"])
        let identity = ServiceIdentity(environment.keys, environment.clock)
        let alarm = BreachAlarm(environment)
        coordinator = Coordinator(environment, concert: ConcertClient(concert), identity: identity, alarm: alarm)
        let recovery = Recovery(database: environment.database, clock: environment.clock, coordinator: coordinator)
        let passes = FinishedPasses(environment, queue: QueueClient(queue), identity: identity)
        let refunds = Refunds(environment, concert: ConcertClient(concert), identity: identity, alarm: alarm)
        let lateness = LatePayments(environment)
        jobs = [
            Job("payments", every: Recovery.interval) { try await recovery.run() },
            Job("passes", every: FinishedPasses.interval) { try await passes.run() },
            Job("refunds", every: Refunds.interval) { try await refunds.run() },
            Job("late payments", every: LatePayments.interval) { try await lateness.run() },
        ]
    }
}
