import Kernel

/// The parsed flags and operands of one command line.
struct Arguments: Sendable {
    private var flags: [String: String] = [:]
    private var operands: [String: [String]] = [:]
    private let environment: [String: String]

    init(
        _ words: ArraySlice<String>, of command: Command, environment: [String: String]
    ) throws(GatewayError) {
        self.environment = environment
        var rest = words
        var loose: [String] = []
        while let word = rest.popFirst() {
            if word == "--" {
                loose += rest
                break
            }
            guard word.hasPrefix("--") else {
                loose.append(word)
                continue
            }
            try readFlag(word, &rest, of: command)
        }
        try assignOperands(loose, to: command)
    }

    private mutating func readFlag(
        _ word: String, _ rest: inout ArraySlice<String>, of command: Command
    ) throws(GatewayError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let all = command.allFlags
        guard let flag = all.first(where: { $0.name == parts[0] }) else {
            let hint = parts[0].nearest(among: all.map(\.name)).map { "Did you mean \($0)?" }
            throw .usage("unknown option \(parts[0]). \(hint ?? "See: gateway \(command.name) --help")")
        }
        let value: String?
        if flag.placeholder == nil {
            guard parts.count == 1 else { throw .usage("\(flag.name) takes no value") }
            value = "true"
        } else {
            value = parts.count == 2 ? parts[1] : rest.popFirst()
        }
        guard let value else {
            throw .usage("\(flag.name) needs a value: \(flag.name) \(flag.placeholder ?? "")")
        }
        try flag.check(value)
        guard flags.updateValue(value, forKey: flag.name) == nil else {
            throw .usage("\(flag.name) is given twice. Give it once")
        }
    }

    private mutating func assignOperands(_ loose: [String], to command: Command) throws(GatewayError) {
        var rest = loose[...]
        for operand in command.operands {
            if operand.arity.isRequired, rest.isEmpty {
                throw .usage("\(operand.name) is missing. Usage: \(command.usage)")
            }
            operands[operand.name] = operand.arity.isRepeated ? Array(rest) : rest.prefix(1).map { $0 }
            rest = operand.arity.isRepeated ? [] : rest.dropFirst()
        }
        if let extra = rest.first { throw .usage("unexpected argument \(extra). Usage: \(command.usage)") }
    }

    /// Nil if neither the flag nor its variable is set. An empty variable counts as not set.
    func value<Value>(_ flag: Flag<Value>) throws(GatewayError) -> Value? {
        if let text = flags[flag.name] { return try flag.kind.value(of: text, for: flag.name) }
        guard let variable = flag.variable, let text = environment[variable], !text.isEmpty else { return nil }
        return try flag.kind.value(of: text, for: variable)
    }

    func required<Value>(_ flag: Flag<Value>) throws(GatewayError) -> Value {
        if let value = try value(flag) { return value }
        throw .usage("\(flag.name) is missing: \(flag.summary)")
    }

    func isGiven(_ flag: Flag<Bool>) -> Bool { flags[flag.name] != nil }

    func value<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value? {
        guard let text = operands[operand.name]?.first else { return nil }
        return try operand.kind.value(of: text, for: operand.name)
    }

    func required<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value {
        if let value = try value(operand) { return value }
        throw .usage("\(operand.name) is missing")
    }

    func values<Value>(_ operand: Operand<Value>) throws(GatewayError) -> [Value] {
        var values: [Value] = []
        for text in operands[operand.name] ?? [] {
            values.append(try operand.kind.value(of: text, for: operand.name))
        }
        return values
    }

    /// The words of a repeated operand as one text, so that `12.50 EUR` needs no quotes.
    func joined<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value? {
        let words = operands[operand.name] ?? []
        if words.isEmpty { return nil }
        return try operand.kind.value(of: words.joined(separator: " "), for: operand.name)
    }
}

extension ValueKind {
    func value(of text: String, for name: String) throws(GatewayError) -> Value {
        if let value = read(text) { return value }
        throw .usage("\(name) \(text) is not \(allowed)")
    }
}
