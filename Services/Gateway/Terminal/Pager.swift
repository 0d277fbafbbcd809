import Glibc

/// Shows a long text in the pager of the user.
enum Pager {
    private static let commandNotFound: Int32 = 127

    /// Returns false, without output, if there is no such program. An empty command and `cat` are no pagers.
    static func show(_ text: String, by command: String) -> Bool {
        guard !command.isEmpty, command != "cat", let pipe = popen(command, "w") else { return false }
        // Ctrl-C is for the pager.
        let before = signal(SIGINT, SIG_IGN)
        defer { signal(SIGINT, before) }
        fputs(text, pipe)
        let status = pclose(pipe)
        return (status >> 8) & 0xff != commandNotFound
    }
}
