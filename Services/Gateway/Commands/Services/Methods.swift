import CommandLine
import Messages
import RPC

/// Lists the methods that `gateway call` accepts.
enum Methods {
    private static let method = Operand("METHOD", ValueKind<String>.text("METHOD"), .optional)

    static let command = Command(
        "methods", "Lists the methods of the services, or the fields of one method.",
        operands: [method],
        examples: ["gateway methods", "gateway methods Health/Check"],
        run: list)

    private static func list(_ run: Invocation) async throws {
        guard let name = try run.arguments.value(method) else {
            return run.show(
                .list(KnownMethods.services.flatMap(\.methods), json),
                KnownMethods.services.flatMap { [$0.name] + $0.methods.map(line) }.joined(separator: "\n"))
        }
        let method = try KnownMethods.find(name)
        run.show(
            json(method),
            """
            \(method.name)
              \(traits(method))
              request \(method.request.name)
            \(MessageOutline.text(of: method.request, indentation: 4))\
              \(method.isStream ? "items" : "reply") \(method.reply.name)
            \(MessageOutline.text(of: method.reply, indentation: 4))
            """)
    }

    private static func json(_ method: MethodDescription) -> JSON {
        .object([
            "method": .string(method.name), "request": .string(method.request.name),
            "reply": .string(method.reply.name), "isStream": .bool(method.isStream),
            "isSafeToRepeat": .bool(method.isSafeToRepeat), "callers": .string("\(method.callers)"),
        ])
    }

    private static func line(_ method: MethodDescription) -> String {
        let width = 24
        let name = method.shortName + String(repeating: " ", count: max(0, width - method.shortName.count))
        return "  \(name) \(traits(method))"
    }

    private static func traits(_ method: MethodDescription) -> String {
        var traits = ["for \(method.callers)"]
        if method.isSafeToRepeat { traits.append("safe to repeat") }
        if method.isStream { traits.append("a stream") }
        return traits.joined(separator: ", ")
    }
}
