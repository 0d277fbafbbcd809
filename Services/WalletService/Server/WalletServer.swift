import CommandLine
import Database
import Identity
import Kernel
import Service
import Telemetry
import WalletAPI
import WalletDomain

/// Handles the calls of this service. Each RPC has a file with its name. Instances share state only through the
/// database.
///
/// A class, because each call would retain every member of a structure.
final class WalletServer: WalletHandlers {
    let database: Database
    let clock: any Clock
    let sessions: Sessions
    let secrets: SessionSecrets
    let passwords: Passwords
    let gate: SignInGate
    let limits: MoneyLimits
    let usersMayTopUp: Bool
    let coordinator: Coordinator
    let payments: PayBatch.Line

    init(_ environment: ServiceEnvironment, _ coordinator: Coordinator) {
        database = environment.database
        clock = environment.clock
        let configuration = environment.configuration
        sessions = Sessions(
            database, environment.keys, clock, lifetime: configuration[WalletFlags.credentialLifetime],
            lifetimeOfOperator: configuration[WalletFlags.operatorCredentialLifetime])
        secrets = SessionSecrets(environment.keys)
        passwords = Passwords(clock: clock)
        gate = SignInGate(
            Puzzles(environment.keys), clock, environment.metrics, maximumWaiting: passwords.maximumWaiting,
            waitingCount: { [passwords] in passwords.waitingCount }
        ) { [database] name, network in
            try await database.read { reader in
                // Queries also for an unknown name, because a faster answer would reveal that the name is unknown.
                let user = try LoginTable.find(name, reader)?.user ?? UserID(high: 0, low: 0)
                return try KnownNetworkTable.contains(network, of: user, reader)
            }
        }
        limits = MoneyLimits(
            topUp: Int64(configuration[WalletFlags.maxTopUp]), balance: Int64(configuration[WalletFlags.maxBalance]))
        usersMayTopUp = configuration[WalletFlags.topUpBy] == .user
        environment.log.info(
            usersMayTopUp ? "users may put money into their own wallets" : "only operators may put money into wallets",
            ["option": usersMayTopUp ? "--top-up-by user" : "--top-up-by operator"])
        self.coordinator = coordinator
        payments = PayBatch.line(on: environment.database, environment.clock)
    }
}
