/// Writes the reasons of a message such as `ConcertFailure` as the enum `ConcertReason`.
struct ReasonWriter {
    let message: MessageType
    let reasons: EnumType
    let types: TypeNames

    /// `ConcertReason` of `ConcertFailure`.
    static func name(of message: MessageType) -> String { message.name.dropLast("Failure".count) + "Reason" }

    func write(_ text: inout SwiftText) {
        let values = reasons.values.filter { $0.number != 0 }
        text.comment(message.declaration)
        text.block("package enum \(Self.name(of: message)): String, Reason, CaseIterable") { text in
            for value in values { text.line("case \(name(value)) = \"\(value.name)\"") }
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

    private func name(_ value: EnumType.Value) -> String {
        SwiftNames.escaped(SwiftNames.enumCase(value.name, of: reasons.name))
    }
}
