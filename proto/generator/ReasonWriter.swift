/// Writes the reasons of a message such as `ConcertFailure` as the enum `ConcertReason`.
struct ReasonWriter {
    let message: MessageType
    let reasons: EnumType
    let types: TypeNames

    /// `ConcertReason` of `ConcertFailure`.
    static func name(of message: MessageType) -> String { message.name.dropLast("Failure".count) + "Reason" }

    /// The names of the reasons as an enum of `ConcertRefusal`, for the domain, which does not import the contract.
    static func refusals(of file: SchemaFile) -> String {
        var text = SwiftText()
        text.line(Generator.notice(file))
        for message in file.messages {
            guard let reasons = message.reasons else { continue }
            let writer = ReasonWriter(message: message, reasons: reasons, types: TypeNames([file]))
            text.line()
            text.block("extension \(message.name.dropLast("Failure".count))Refusal") { text in
                text.line("/// The reasons of `\(message.name)` in the contract.")
                text.block("package enum Reason: String, Sendable", writer.writeCases)
            }
        }
        return text.text
    }

    func write(_ text: inout SwiftText) {
        text.comment(message.declaration)
        text.block("package enum \(Self.name(of: message)): String, Reason, CaseIterable") { text in
            writeCases(&text)
            text.line()
            text.block("package var code: StatusCode") { text in
                text.block("switch self") { text in
                    for code in Set(values.map(\.code)).sorted() {
                        let cases = values.filter { $0.code == code }.map { ".\(name($0))" }
                        let code = types.caseName("onsale.rpc.v1.Code", code)
                        text.line("case \(cases.joined(separator: ", ")): .\(code)")
                    }
                }
            }
            text.line()
            text.block("package var sentence: String") { text in
                text.block("switch self") { text in
                    for value in values { text.line("case .\(name(value)): \"\(value.sentence)\"") }
                }
            }
        }
    }

    private var values: [EnumType.Value] { reasons.values.filter { $0.number != 0 } }

    private func writeCases(_ text: inout SwiftText) {
        for value in values { text.line("case \(name(value)) = \"\(value.name)\"") }
    }

    private func name(_ value: EnumType.Value) -> String {
        SwiftNames.escaped(SwiftNames.enumCase(value.name, of: reasons.name))
    }
}
