import ConcertAPI
import Kernel

enum ScheduleList {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))

    static let command = Command(
        "admin schedule list", "Lists the dates of a concert, without standing in line for them.",
        calls: [.concert, .queue], caller: .operator, operands: [concert], flags: [CommonFlags.zone],
        examples: ["gateway admin schedule list moon-tour"],
        run: { run async throws(GatewayError) in
            let concert = try await run.concert(named: try run.arguments.required(concert))
            await Dates.show(try await run.dates(of: concert), of: concert, run)
        })
}
