import CommandLine
import Kernel

extension ValueKind<Duties> {
    private static var names: [String] { Duties.names.map(\.name) }

    static var duty: Self {
        ValueKind(
            placeholder: names.joined(separator: "|"), allowed: "one of \(names.joined(separator: ", "))",
            choices: names
        ) { text in Duties.names.first { $0.name == text }?.duty }
    }

    /// One or more duties, separated by commas.
    static var duties: Self {
        ValueKind(
            placeholder: "DUTY,...", allowed: "a list of duties: \(names.joined(separator: ", "))",
            show: { $0.each.map(\.description).joined(separator: ",") }
        ) { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let duties = parts.compactMap { part in Duties.names.first { $0.name == part }?.duty }
            return duties.count == parts.count ? Duties(duties) : nil
        }
    }
}
