import ConcertAPI
import Service

extension ServiceContext {
    package static let concert = ServiceContext(
        "ConcertService", "sells each seat once, and explains every refusal", name: "concert", port: 7002,
        statusPort: 7102, migrations: ConcertSchema.migrations
    ) { ground in
        let server = ConcertServer(ground)
        return ServiceParts([server.service], jobs: server.housekeeping)
    }
}
