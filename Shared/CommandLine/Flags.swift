import Kernel

/// The arguments of the command line, grouped by option.
struct Flags {
    private(set) var texts: [String: String] = [:]
    /// The key is the option's name.
    var problems: [String: [String]] = [:]
    /// Problems that belong to no option.
    private(set) var strays: [String] = []

    init(_ arguments: [String], of options: Options) {
        let names = options.list.map { "--" + $0.name }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                strays.append(
                    "\(argument.quotedForMessage) is not an option: options begin with --, and --help lists them.")
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let flag = String(parts[0])
            guard let option = options.list.first(where: { "--" + $0.name == flag }) else {
                let suggestion = flag.nearest(among: names).map { "did you mean \($0)?" } ?? "--help lists all options."
                strays.append("\(flag.quotedForMessage) is unknown: \(suggestion)")
                // Skip the value of the unknown option, because it is not a second mistake.
                if parts.count == 1, let next = rest.first, !next.hasPrefix("--") { rest.removeFirst() }
                continue
            }
            if parts.count == 2 {
                add(String(parts[1]), for: option)
            } else if option.placeholder == nil {
                add("true", for: option)
            } else if let next = rest.first, !next.hasPrefix("--") {
                rest.removeFirst()
                add(next, for: option)
            } else {
                problems[option.name, default: []].append("\(flag) needs a value: \(option.allowed).")
            }
        }
    }

    private mutating func add(_ text: String, for option: any AnyOption) {
        if texts.updateValue(text, forKey: option.name) != nil {
            problems[option.name, default: []].append("--\(option.name) is given twice: give it once.")
        }
    }
}
