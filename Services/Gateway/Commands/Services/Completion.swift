enum Completion {
    private static let shell = Operand("SHELL", ValueKind<String>.choice(["bash", "zsh", "fish"]))

    static let command = Command(
        "completion", "Prints the script that lets a shell complete commands and options.",
        operands: [shell],
        examples: [
            "source <(gateway completion bash)", "gateway completion zsh > ~/.zfunc/_gateway",
            "gateway completion fish > ~/.config/fish/completions/gateway.fish",
        ],
        run: write)

    private static func write(_ run: Invocation) async throws {
        let script =
            switch try run.arguments.required(shell) {
            case "bash": bash
            case "zsh": zsh
            default: fish
            }
        run.show(.object(["script": .string(script)]), script)
    }

    /// For each prefix of a command: the words or options that may follow.
    private static var steps: [(words: String, next: [String])] {
        var next: [String: [String]] = [:]
        var order: [String] = []
        func add(_ word: String, after words: String) {
            if next[words] == nil { order.append(words) }
            if !next[words, default: []].contains(word) { next[words, default: []].append(word) }
        }
        for command in CommandTable.all {
            for index in command.words.indices {
                add(command.words[index], after: command.words[..<index].joined(separator: " "))
            }
            let choices = command.operands.flatMap(\.choices)
            for word in choices + command.allFlags.map(\.name) + ["--help"] { add(word, after: command.name) }
        }
        return order.map { ($0, next[$0] ?? []) }
    }

    private static var flags: [any AnyFlag] {
        var seen: Set<String> = []
        return CommandTable.all.flatMap(\.allFlags).filter { seen.insert($0.name).inserted && $0.placeholder != nil }
    }

    /// The common part of bash and zsh: finds the prefix of the command in `words`, and sets `next`.
    private static func cases(argument: String, first: Int, last: String) -> String {
        let prefixes = steps.map(\.words).filter { !$0.isEmpty }.map { "'\($0)'" }.joined(separator: "|")
        return """
                for ((i = \(first); i < \(last); i++)); do
                    case ${\(argument)[i]} in -*) break ;; esac
                    case ${begun:+$begun }${\(argument)[i]} in
                        \(prefixes)) begun=${begun:+$begun }${\(argument)[i]} ;;
                        *) break ;;
                    esac
                done
                case $begun in
            \(steps.map { "        '\($0.words)') next='\($0.next.joined(separator: " "))' ;;\n" }.joined())    esac
            """
    }

    /// The completion of a flag's value: its choices, files, or nothing.
    private static func values(choices: (String) -> String, files: String) -> String {
        let paths = flags.filter(\.isPath).map(\.name).joined(separator: "|")
        let free = flags.filter { !$0.isPath && $0.choices.isEmpty }.map(\.name).joined(separator: "|")
        let chosen = flags.filter { !$0.choices.isEmpty }.map {
            "        \($0.name)) \(choices($0.choices.joined(separator: " "))); return ;;\n"
        }
        return chosen.joined() + "        \(paths)) \(files); return ;;\n        \(free)) return ;;\n"
    }

    private static var bash: String {
        """
        _gateway() {
            local word=${COMP_WORDS[COMP_CWORD]} begun='' next='' i
            case ${COMP_WORDS[COMP_CWORD-1]} in
        \(values(
            choices: { "COMPREPLY=($(compgen -W '\($0)' -- \"$word\"))" }, files: "COMPREPLY=($(compgen -f -- \"$word\"))"))\
            esac
        \(cases(argument: "COMP_WORDS", first: 1, last: "COMP_CWORD"))
            COMPREPLY=($(compgen -W "$next" -- "$word"))
        }
        complete -F _gateway gateway
        """
    }

    private static var zsh: String {
        """
        #compdef gateway
        _gateway() {
            local begun='' next='' i
            case ${words[CURRENT-1]} in
        \(values(choices: { "compadd -- \($0)" }, files: "_files"))\
            esac
        \(cases(argument: "words", first: 2, last: "CURRENT"))
            compadd -- ${=next}
        }
        if [[ $funcstack[1] == _gateway ]]; then _gateway "$@"; else compdef _gateway gateway; fi
        """
    }

    private static var fish: String {
        let words = steps.flatMap { words, next in
            next.filter { !$0.hasPrefix("--") }.map {
                "complete -c gateway -f -n \"__gateway_at '\(words)'\" -a '\($0)'"
            }
        }
        let options = CommandTable.all.flatMap { command in
            command.allFlags.map { flag in
                let value = flag.placeholder == nil ? "" : flag.isPath ? " -rF" : " -x"
                let choices = flag.choices.isEmpty ? "" : " -a '\(flag.choices.joined(separator: " "))'"
                return "complete -c gateway -n \"__gateway_after '\(command.name)'\" -l \(flag.name.dropFirst(2))"
                    + "\(value)\(choices) -d '\(flag.summary.filter { $0 != "'" })'"
            }
        }
        return """
            function __gateway_at
                set -l typed (string join -- ' ' (commandline -opc)[2..])
                test "$typed" = "$argv"
            end
            function __gateway_after
                string match -q -- "$argv *" (string join -- ' ' (commandline -opc)[2..])' '
            end
            \((words + options).joined(separator: "\n"))
            """
    }
}
