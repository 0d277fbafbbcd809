import ConcertAPI
import Service

extension ServiceContext {
    package static let concert = ServiceContext(
        "ConcertService", "sells seats: dates, reservations, decisions about payments, tickets", name: "concert",
        port: 7002,
        statusPort: 7102, migrations: ConcertSchema.migrations
    ) { environment in
        let server = ConcertServer(environment)
        return ServiceParts([server.service], jobs: server.housekeeping)
    }
}
