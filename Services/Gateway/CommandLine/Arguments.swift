import Kernel

/// What was given to a command, after its name.
struct Arguments {
    private var values: [String: String] = [:]
    private(set) var operands: [String] = []

    init(_ arguments: ArraySlice<String>, of command: Command) throws(GatewayError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                operands.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard command.flags.contains(where: { $0.name == parts[0] }) else {
                let hint = parts[0].nearest(among: command.flags.map(\.name)).map { "did you mean \($0)?" }
                throw .usage("there is no option \(parts[0]). \(hint ?? "Usage: \(command.usage)")")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw .usage("\(parts[0]) needs a value. Usage: \(command.usage)")
            }
            guard values.updateValue(value, forKey: parts[0]) == nil else {
                throw .usage("\(parts[0]) is given twice")
            }
        }
        if let missing = command.operands.dropFirst(operands.count).first(where: \.isRequired) {
            throw .usage("\(missing.name) is missing. Usage: \(command.usage)")
        }
        if operands.count > command.operands.count {
            throw .usage("\(operands[command.operands.count]) is too much. Usage: \(command.usage)")
        }
    }

    /// The value of a flag, read by `read`. Nil where the flag is not given; where it cannot be read, an error that says
    /// what is `allowed`.
    func value<Value>(
        of flag: String, allowed: String, _ read: (String) -> Value?
    ) throws(GatewayError) -> Value? {
        guard let text = values[flag] else { return nil }
        guard let value = read(text) else { throw .usage("\(flag) \(text) is not \(allowed)") }
        return value
    }
}
