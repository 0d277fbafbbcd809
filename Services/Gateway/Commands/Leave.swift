import Kernel
import QueueAPI
import RPC

enum Leave {
    static let command = Command(
        "leave", "Leaves a waiting line, and gives up your place.",
        calls: [.queue], caller: .user, operands: [Invocation.optionalTarget],
        examples: ["gateway leave", "gateway leave moon-tour"],
        run: leave)

    private static func leave(_ run: Invocation) async throws(GatewayError) {
        let place = try run.recordedPlace(try run.arguments.value(Invocation.optionalTarget))
        try await run.leave(place)
        run.show(
            .object(["target": .string(place.target), "state": .string("left")]),
            "You have left the line for \(place.target).")
    }
}
