extension Options {
    var help: String {
        var text = "\(program): \(summary)\n\nUsage: \(program) [--OPTION VALUE]...\n\nOptions:\n"
        for option in list {
            let initial = option.initialValue.map { "Default: \($0.shown)." } ?? "Must be given."
            let variable = readsEnvironment ? " Environment: \(Self.variable(option.name))." : ""
            text += "  --\(option.name)\(option.placeholder.map { " " + $0 } ?? "")\n"
            text += "      \(option.meaning)\n      \(initial)\(variable)\n"
        }
        text += "  --help\n      Prints this help.\n"
        if readsEnvironment {
            text +=
                "\nA flag overrides the environment, which overrides the default. An empty variable counts as not set.\n"
            text += "Pass secrets by the environment: other users of the machine can see flags.\n"
        }
        return notes.isEmpty ? text : "\(text)\n\(notes)\n"
    }
}
