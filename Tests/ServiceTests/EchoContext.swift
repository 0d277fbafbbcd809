import Database
import Identity
import RPC
import Service
import TestSupport

extension ServiceContext {
    /// The service of testing.proto as a program. Its method Wait throws a database error.
    static let echo = ServiceContext(
        "EchoService", "returns its requests", name: "echo", holder: .queue, port: 0, statusPort: 0,
        migrations: ActionTable.migrations(as: 1)
    ) { environment in
        let broken = Route(EchoMethods.wait) { _, _ in
            throw DatabaseError(.unavailable, "the disk is on fire", mayHaveCommitted: true)
        }
        let echo = EchoServer(clock: environment.clock).service
        let routes = echo.routes.filter { $0.method.name != EchoMethods.wait.name } + [broken]
        return ServiceParts([ServedService(echo.description, routes)])
    }
}
