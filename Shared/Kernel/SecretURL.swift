/// A URL that may carry a password. Printing or dumping it shows everything but that.
package struct SecretURL: Hashable, Sendable {
    /// With the password: for connecting, never for printing.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// `text` with stars in place of what stands between user and host, and of each parameter that could be a password.
    /// Rather hides too much than too little: a password may itself hold the characters that delimit it.
    package static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        var rest = text[scheme.upperBound...]
        var shown = String(text[..<scheme.upperBound])
        // An @ behind the host is part of something else, such as a password among the parameters.
        if let at = rest.lastIndex(of: "@"), case let user = rest[..<at].prefix(while: { $0 != ":" }),
            !user.contains(where: { $0 == "/" || $0 == "?" })
        {
            // Either the password has a question mark, or there is a port and the @ is in a parameter: nobody can tell.
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
        let maySayPassword = key.lowercased().contains("pass") || key.contains("%")
        return maySayPassword ? "\(key)=***" : String(parameter)
    }
}

extension SecretURL: CustomStringConvertible, CustomReflectable {
    package var description: String { Self.withoutPassword(text) }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
