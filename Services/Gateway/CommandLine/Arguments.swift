import CommandLine

extension Arguments {
    /// Nil if neither the option nor its variable is given.
    func value<Value>(_ option: Option<Value>) throws(GatewayError) -> Value? {
        do throws(CommandLineError) { return try value(of: option) } catch { throw .usage(error.description) }
    }

    func required<Value>(_ option: Option<Value>) throws(GatewayError) -> Value {
        if let value = try value(option) { return value }
        throw .usage("\(option.flag) is missing: \(option.summary)")
    }

    func isGiven(_ option: Option<Bool>) -> Bool { (try? value(option)) == true }

    func value<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value? { try values(operand).first }

    func required<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value {
        if let value = try value(operand) { return value }
        throw .usage("\(operand.name) is missing")
    }

    func values<Value>(_ operand: Operand<Value>) throws(GatewayError) -> [Value] {
        do throws(CommandLineError) { return try values(of: operand) } catch { throw .usage(error.description) }
    }

    func joined<Value>(_ operand: Operand<Value>) throws(GatewayError) -> Value? {
        do throws(CommandLineError) { return try joinedValue(of: operand) } catch { throw .usage(error.description) }
    }
}
