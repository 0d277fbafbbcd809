import ConcertAPI
import Kernel

enum DateConfigure {
    static let command = Command(
        "admin schedule configure", "Changes the settings of a date. Settings that are not given do not change.",
        details: "Existing reservations keep their deadlines and prices.",
        calls: [.concert, .queue], caller: .operator, operands: [Invocation.target],
        flags: DateFlags.all + [DateFlags.noRoom],
        examples: [
            "gateway admin schedule configure moon-tour/friday --seats-per-user 2 --hold 3m",
            "gateway admin schedule configure moon-tour/friday --no-room",
        ],
        run: configure)

    private static func configure(_ run: Invocation) async throws(GatewayError) {
        let date = try await run.date(try run.arguments.required(Invocation.target))
        let request = ConfigureScheduleRequest(
            concertID: date.concert.concertID, scheduleID: date.id,
            settings: try await DateFlags.settings(run, name: date.settings.name, before: date.settings),
            version: date.entry.version)
        let reply = try await run.call(ConcertMethods.configureSchedule, request)
        run.show(DateReport.json(reply.schedule ?? date.entry, of: date.concert), "Changed \(date.name).")
    }
}
