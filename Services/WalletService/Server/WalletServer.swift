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

    init(_ ground: ServiceGround, concert: Client, queue: Client) {
        database = ground.database
        clock = ground.clock
        sessions = Sessions(
            ground.keys, lifetime: ground.configuration[WalletFlags.credentialLifetime], clock: ground.clock)
        throttle = SignInThrottle(ground.clock)
        limits = MoneyLimits(
            topUp: Int64(ground.configuration[WalletFlags.maxTopUp]),
            balance: Int64(ground.configuration[WalletFlags.maxBalance]))
        usersMayTopUp = ground.configuration[WalletFlags.topUpBy] == .user
        ground.log.info(
            usersMayTopUp ? "users may put money into their own wallets" : "only operators may put money into wallets",
            ["option": usersMayTopUp ? "--top-up-by user" : "--top-up-by operator"])
        let identity = ServiceIdentity(ground.keys, ground.clock)
        let alarm = BreachAlarm(ground)
        coordinator = Coordinator(ground, concert: ConcertClient(concert), identity: identity, alarm: alarm)
        let recovery = Recovery(database: ground.database, clock: ground.clock, coordinator: coordinator)
        let passes = FinishedPasses(ground, queue: QueueClient(queue), identity: identity)
        let refunds = Refunds(ground, concert: ConcertClient(concert), identity: identity, alarm: alarm)
        let lateness = LatePayments(ground)
        jobs = [
            Job("payments", every: Recovery.interval) { try await recovery.run() },
            Job("passes", every: FinishedPasses.interval) { try await passes.run() },
            Job("refunds", every: Refunds.interval) { try await refunds.run() },
            Job("late payments", every: LatePayments.interval) { try await lateness.run() },
        ]
    }
}
