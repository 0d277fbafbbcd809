extension Options {
    var help: String {
        var text = "\(program): \(summary)\n\nUsage: \(program) [--OPTION VALUE]...\n\nOptions:\n"
        for option in list {
            text += "  --\(option.name)\(option.placeholder.map { " " + $0 } ?? "")\n"
            let initial = option.initialValue.map { "Default: \($0.shown)." } ?? "Must be given."
            text += "      \(option.meaning)\n      \(initial) Environment: \(Self.variable(option.name)).\n"
        }
        text += "  --help\n      Shows this.\n\n"
        text +=
            "A flag wins over the environment, the environment over the default; an empty variable counts as not set.\n"
        text +=
            "Secrets are better given by the environment: other users of the machine can see flags.\n\nExit codes:\n"
        for code in ExitCode.documented { text += "  \(code.rawValue)  \(code.meaning)\n" }
        return text
    }
}
