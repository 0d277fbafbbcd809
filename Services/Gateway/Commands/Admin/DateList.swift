import ConcertAPI
import Kernel

enum DateList {
    private static let concert = Operand("CONCERT", ValueKind<String>.text("CONCERT"))

    static let command = Command(
        "admin schedule list", "Lists the dates of a concert, also those behind a waiting room.",
        calls: [.concert, .queue], caller: .operator, operands: [concert], flags: [CommonFlags.zone],
        examples: ["gateway admin schedule list moon-tour"],
        run: { run async throws(GatewayError) in
            let concert = try await run.concert(named: try run.arguments.required(concert))
            await Dates.show(try await run.dates(of: concert), of: concert, run)
        })
}
