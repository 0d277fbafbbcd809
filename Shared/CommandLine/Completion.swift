/// Completes the command lines of a program in a shell. A script asks the program for the words that may follow.
package struct Completion {
    package static let shells = ["bash", "zsh", "fish"]
    /// The first argument of a program that a completion script calls. The typed words follow, except the unfinished
    /// last one.
    package static let question = "__complete"
    /// The answer that makes the script complete names of files.
    private static let files = ":files"

    private let program: String
    private let commands: [Syntax]

    package init(of program: String, _ commands: [Syntax]) {
        self.program = program
        self.commands = commands
    }

    /// The words that may follow the typed ones: one per line, with its summary after a tab.
    package func answer(to typed: [String]) -> String {
        let words = Array(typed.prefix { !$0.hasPrefix("-") })
        guard let command = commands.first(where: { words.starts(with: $0.words) }) else {
            var seen: Set<String> = []
            let following = commands.filter { $0.words.count > words.count && $0.words.starts(with: words) }
            return following.filter { seen.insert($0.words[words.count]).inserted }.map { command in
                let isWhole = command.words.count == words.count + 1
                return "\(command.words[words.count])\t\(isWhole ? command.summary : "")\n"
            }.joined()
        }
        let last = typed.last
        if let option = command.options.first(where: { $0.flag == last }), option.placeholder != nil {
            return option.isPath ? Self.files : option.choices.joined(separator: "\n")
        }
        let choices = command.operands.flatMap(\.choices).map { "\($0)\t\n" }
        let options = command.options.map { "\($0.flag)\t\($0.summary)\n" }
        return (choices + options).joined() + "--help\tshow the help\n"
    }

    /// The operand that the next word gives. Nil if no command or an option is expected.
    package func operand(after typed: [String]) -> (command: Syntax, operand: any AnyOperand)? {
        let words = typed.filter { !$0.hasPrefix("-") }
        guard let command = commands.first(where: { words.starts(with: $0.words) }),
            !(typed.last?.hasPrefix("-") ?? false)
        else { return nil }
        let given = words.count - command.words.count
        let operand = given < command.operands.count ? command.operands[given] : command.operands.last
        return operand.map { (command, $0) }
    }

    /// `shell` is one of `shells`.
    package func script(for shell: String) -> String {
        switch shell {
        case "bash":
            """
            _\(program)() {
                local word=${COMP_WORDS[COMP_CWORD]} next IFS=$'\\n'
                next=$(\(program) \(Self.question) "${COMP_WORDS[@]:1:COMP_CWORD-1}" | cut -f 1)
                case $next in
                    \(Self.files)) COMPREPLY=($(compgen -f -- "$word")) ;;
                    *) COMPREPLY=($(compgen -W "$next" -- "$word")) ;;
                esac
            }
            complete -F _\(program) \(program)
            """
        case "zsh":
            """
            #compdef \(program)
            _\(program)() {
                local -a next
                next=(${(f)"$(\(program) \(Self.question) "${(@)words[2,CURRENT-1]}" | cut -f 1)"})
                if [[ $next == \(Self.files) ]]; then _files; else compadd -- $next; fi
            }
            if [[ $funcstack[1] == _\(program) ]]; then _\(program) "$@"; else compdef _\(program) \(program); fi
            """
        default:
            """
            function __\(program)_next
                set -l next (\(program) \(Self.question) (commandline -opc)[2..])
                if test "$next" = \(Self.files)
                    __fish_complete_path (commandline -ct)
                else
                    printf '%s\\n' $next
                end
            end
            complete -c \(program) -f -a '(__\(program)_next)'
            """
        }
    }
}
