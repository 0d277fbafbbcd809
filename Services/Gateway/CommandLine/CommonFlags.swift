import CommandLine
import Journeys
import Kernel

/// Options of several commands.
enum CommonFlags {
    /// The options of every command.
    static let everywhere: [any AnyOption] = [json, output, quiet, verbose, profile]
    /// The options of every command that prints a list.
    static let lists: [any AnyOption] = [columns, noHeaders, sort, filter]
    /// Options whose value may stand before the command.
    static let beforeCommand: [any AnyOption] =
        everywhere + lists + [timeout, authorities, credential, zone] + Service.allCases.map(\.option)

    static let json = Option("json", .flag, "print one line of JSON, for scripts: the same as --format json")
    static let output = Option(
        "format", short: "o", ValueKind<OutputFormat>.choice, "form of the result; csv and table are for lists")
    static let quiet = Option("quiet", short: "q", .flag, "print no remarks, only the result and errors")
    static let verbose = Option(
        "verbose", short: "v", .flag, "print each call to standard error: its target, duration, outcome and request id")
    static let profile = Option(
        "profile", short: "p", .text("NAME"), "use the sign-ins and addresses of this profile",
        variable: "ONSALE_PROFILE")

    static let columns = Option("columns", .text("NAME,..."), "print only these columns, in this order")
    static let noHeaders = Option("no-headers", .flag, "do not print the titles of the columns")
    static let sort = Option("sort", .text("COLUMN"), "sort by this column; -COLUMN for the largest first")
    static let filter = Option(
        "filter", .text("CONDITION,..."), "list only rows with COLUMN=VALUE, COLUMN!=VALUE or COLUMN~PART")
    static let watch = Option(
        "watch", short: "w", .flag, "show the result again every two seconds, until Ctrl-C")

    static let timeout = Option(
        "timeout", .duration, "longest wait for an answer; 10s if not given", variable: "ONSALE_TIMEOUT")
    static let authorities = Option(
        "ca", .path, "authorities of the services' certificates, from: gateway admin certificate --ca",
        variable: "ONSALE_CA")
    static let credential = Option(
        "credential", .path, "use the credential in this file instead of the stored sign-in",
        variable: "ONSALE_CREDENTIAL")
    static let requestID = Option<RequestID>(
        "request-id", .id(), "id of this request, to repeat it safely; a new id if not given")
    static let zone = Option(
        "zone", .zone, "time zone of times without one, such as Europe/Berlin; $TZ or this machine's if not given")
    static let yes = Option("yes", short: "y", .flag, "do not ask for confirmation")
}

/// The form of a result.
enum OutputFormat: String, CaseIterable, Sendable {
    case table
    /// One line: an object, or an array for lists.
    case json
    /// One line for each element of a list.
    case jsonl
    case csv

    /// True if the words ask for errors in JSON, also if they are no valid command line.
    static func wantsJSON(_ words: [String]) -> Bool {
        let forms = [OutputFormat.json, .jsonl].map(\.rawValue)
        let long = [CommonFlags.json.flag, "\(CommonFlags.json.flag)=true"]
        return words.contains { word in
            long.contains(word) || forms.contains { word == "-o\($0)" || word == "\(CommonFlags.output.flag)=\($0)" }
        }
            || zip(words, words.dropFirst()).contains { option, value in
                (option == "-o" || option == CommonFlags.output.flag) && forms.contains(value)
            }
    }
}
