import Glibc

/// Where a command writes to.
package struct Console: Sendable {
    /// What was asked for; ends in a line break.
    package let print: @Sendable (String) -> Void
    /// What people have to know besides.
    package let complain: @Sendable (String) -> Void

    package init(print: @escaping @Sendable (String) -> Void, complain: @escaping @Sendable (String) -> Void) {
        self.print = print
        self.complain = complain
    }

    static let standard = Console(
        print: { write($0, to: STDOUT_FILENO) }, complain: { write($0, to: STDERR_FILENO) })

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
