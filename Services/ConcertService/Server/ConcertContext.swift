import ConcertAPI
import Identity
import Programs
import RPC
import Service

extension ServiceContext {
    package static let concert = ServiceContext(
        "ConcertService", "sells seats: dates, reservations, decisions about payments, tickets", name: "concert",
        holder: .concert, port: 7002,
        statusPort: 7102, migrations: ConcertSchema.migrations, probe: ConcertTable.probe
    ) { environment in
        let sweep = Sweep(database: environment.database)
        let feed = EventFeed(environment)
        let forgetAborts = ForgetAborts(database: environment.database)
        let cancelDates = CancelDates(environment)
        let figures = SaleFigures(environment)
        return ServiceParts(
            [ConcertServer(environment).service, feed.service],
            jobs: [
                Job("sweep", every: Sweep.interval) { try await sweep.run() },
                Job("cancel dates", every: CancelDates.interval) { try await cancelDates.run() },
                Job("figures", every: SaleFigures.interval) { try await figures.run() },
                Job("forget aborts", every: ForgetAborts.interval) { try await forgetAborts.run() },
            ] + feed.jobs)
    }
}
