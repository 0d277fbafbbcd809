/// Writes an enum that keeps unknown values when it is read and written.
struct EnumWriter {
    let type: EnumType

    func write(_ text: inout SwiftText) {
        text.line()
        text.comment(type.declaration)
        text.block("package enum \(type.name): Hashable, Sendable") { text in
            for value in type.values {
                text.comment(value.declaration)
                text.line("case \(name(value))")
            }
            text.line("/// A value that is not in this version of the contract.")
            text.line("case unrecognized(Int32)")
            text.line()
            text.block("package init(rawValue: Int32)") { text in
                text.line("self =")
                text.block("    switch rawValue") { text in
                    for value in type.values { text.line("case \(value.number): .\(name(value))") }
                    text.line("default: .unrecognized(rawValue)")
                }
            }
            text.line()
            text.block("package var rawValue: Int32") { text in
                text.block("switch self") { text in
                    for value in type.values { text.line("case .\(name(value)): \(value.number)") }
                    text.line("case .unrecognized(let rawValue): rawValue")
                }
            }
        }
    }

    private func name(_ value: EnumType.Value) -> String {
        SwiftNames.escaped(SwiftNames.enumCase(value.name, of: type.name))
    }
}
