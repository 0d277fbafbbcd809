import Kernel
import QueueAPI
import RPC

enum Leave {
    static let command = Command(
        "leave", "Gives up your place in a line; the next one moves up.",
        calls: [.queue], caller: .user, operands: [Invocation.optionalTarget],
        examples: ["gateway leave", "gateway leave moon-tour"],
        run: leave)

    private static func leave(_ run: Invocation) async throws(GatewayError) {
        let place = try run.rememberedPlace(try run.arguments.value(Invocation.optionalTarget))
        try await run.leave(place)
        run.show(
            .object(["target": .string(place.target), "state": .string("left")]),
            "You have left the line for \(place.target).")
    }
}
