import Kernel
import Threads

/// Reports a migration that takes long.
final class MigrationProgress: Sendable {
    private let migration: Migration
    private let count: Int
    private let environment: Environment
    private let step = Lock(0)
    private let end = CountingSemaphore()

    init(of migration: Migration, count: Int, _ environment: Environment) {
        self.migration = migration
        self.count = count
        self.environment = environment
    }

    /// Reports until `finish`. If the system refuses a thread, it reports nothing.
    func start() {
        let pause = environment.limits.migrationReport
        _ = Thread.start { [self] in
            var time = pause
            while !end.wait(timeoutMilliseconds: Int(pause.milliseconds)) {
                let number = step.withLock { $0 } + 1
                environment.observe(.stillMigrating(migration.name, step: number, of: count, for: time))
                time += pause
            }
        }
    }

    func begin(step number: Int) {
        step.withLock { $0 = number }
    }

    func finish() {
        end.signal()
    }
}
