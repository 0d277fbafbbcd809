/// The words, operands and options of one command, and its help. Parsing, help, suggestions and shell completion read
/// nothing else.
package struct Syntax: Sendable {
    package let program: String
    /// `["admin", "room", "open"]`; empty for a program without commands.
    package let words: [String]
    package let summary: String
    /// A paragraph of help below the summary.
    package let details: String
    package let operands: [any AnyOperand]
    /// All options, those of every command, too.
    package let options: [any AnyOption]
    /// The options of every command of the program. The help of a command only names them.
    package let common: [any AnyOption]
    /// Complete shell lines.
    package let examples: [String]

    package init(
        _ program: String, words: [String] = [], _ summary: String, details: String = "",
        operands: [any AnyOperand] = [], options own: [any AnyOption], common: [any AnyOption] = [],
        examples: [String] = []
    ) {
        let options = own + common
        precondition(Set(options.map(\.name)).count == options.count, "two options share a name")
        self.program = program
        self.words = words
        self.summary = summary
        self.details = details
        self.operands = operands
        self.options = options
        self.common = common
        self.examples = examples
    }

    /// The program and its words: `gateway admin room open`.
    package var name: String { ([program] + words).joined(separator: " ") }

    package var usage: String {
        let operands = operands.map { operand in
            let name = operand.isRepeated ? "\(operand.name)..." : operand.name
            return operand.isRequired ? name : "[\(name)]"
        }
        return ([name] + operands + ["[OPTIONS]"]).joined(separator: " ")
    }
}
