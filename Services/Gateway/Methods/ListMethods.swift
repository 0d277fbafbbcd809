import RPC

/// `gateway methods`: what can be called, and what one method takes and answers.
enum ListMethods {
    static let command = Command(
        name: "methods",
        summary: "Lists the methods that can be called; with METHOD, the fields of its request and reply.",
        operands: [Command.Operand(name: "METHOD", isRequired: false)],
        flags: [],
        examples: ["gateway methods", "gateway methods Health/Check"],
        run: run)

    private static func run(_ arguments: Arguments, _ console: Console) async throws(GatewayError) {
        guard let name = arguments.operands.first else {
            return console.print(
                KnownMethods.services.flatMap { [$0.name] + $0.methods.map(line) }.joined(separator: "\n"))
        }
        let method = try KnownMethods.find(name)
        console.print(
            """
            \(method.name)
              \(traits(method))
              request \(method.request.name)
            \(MessageOutline.text(of: method.request, indentation: 4))\
              \(method.isStream ? "items" : "reply") \(method.reply.name)
            \(MessageOutline.text(of: method.reply, indentation: 4))
            """)
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
