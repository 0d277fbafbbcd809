/// A URL that may contain a password. Printing or dumping it hides the password.
package struct SecretURL: Hashable, Sendable {
    /// The URL with its password. Use it to connect, never to print.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// `text` with stars in place of the password and of each parameter that may be one.
    ///
    /// A password can contain the characters that delimit it. In doubt this hides more than the password.
    package static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        var rest = text[scheme.upperBound...]
        var shown = String(text[..<scheme.upperBound])
        // An @ after the host belongs to something else, such as a password in a parameter.
        if let at = rest.lastIndex(of: "@"), case let user = rest[..<at].prefix(while: { $0 != ":" }),
            !user.contains(where: { $0 == "/" || $0 == "?" })
        {
            // Ambiguous: the password contains a question mark, or a port is followed by a parameter with an @.
            if rest[user.endIndex..<at].contains("?") { return shown + user + ":***" }
            shown += user + (user.endIndex < at ? ":***" : "") + "@"
            rest = rest[rest.index(after: at)...]
        }
        guard let question = rest.firstIndex(of: "?") else { return shown + rest }
        let parameters = rest[rest.index(after: question)...].split(separator: "&", omittingEmptySubsequences: false)
        shown += rest[...question]
        return shown + parameters.map(withoutPassword(parameter:)).joined(separator: "&")
    }

    private static func withoutPassword(parameter: Substring) -> String {
        guard let equals = parameter.firstIndex(of: "=") else { return String(parameter) }
        let key = parameter[..<equals]
        let mayBePassword = key.lowercased().contains("pass") || key.contains("%")
        return mayBePassword ? "\(key)=***" : String(parameter)
    }
}

extension SecretURL: CustomStringConvertible, CustomReflectable {
    package var description: String { Self.withoutPassword(text) }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
