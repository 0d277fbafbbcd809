import Glibc
import Kernel

/// Questions to the user. Check `canAsk` first.
struct Questions: Sendable {
    let console: Console
    /// True if the input is a terminal and the output is not JSON.
    let canAsk: Bool
    /// True if the output is JSON. Then Ctrl-C prints nothing.
    let isQuiet: Bool
    /// True if the user gave `--yes`.
    let isConfirmed: Bool

    /// The answer without spaces around it. Throws at the end of the input.
    func ask(_ question: String) throws(GatewayError) -> String {
        console.draw("\(console.fitted(question)) ")
        return try answer(console.input.line())
    }

    private func answer(_ line: String?) throws(GatewayError) -> String {
        guard let line else { throw GatewayError(.interrupted, "the input ended before an answer") }
        return line.trimmed
    }

    /// Asks until `read` accepts the answer. Prints the errors of `read`, and throws its refusals.
    func ask<Value>(_ question: String, _ read: (String) throws(GatewayError) -> Value) throws(GatewayError) -> Value {
        while true {
            do throws(GatewayError) {
                return try read(try ask(question))
            } catch {
                if error.exit == .interrupted || error.exit == .refused { throw error }
                console.print(console.fitted(error.message))
            }
        }
    }

    /// As `ask`. Other tasks run meanwhile, also on a machine with one core.
    func askInBackground<Value>(
        _ question: String, _ read: (String) throws(GatewayError) -> Value
    ) async throws(GatewayError) -> Value {
        while true {
            console.draw("\(console.fitted(question)) ")
            do throws(GatewayError) {
                return try read(try answer(await console.input.nextLine()))
            } catch {
                if error.exit == .interrupted || error.exit == .refused { throw error }
                console.print(console.fitted(error.message))
            }
        }
    }

    /// Runs `body`. Ctrl-C prints `text` before it ends the program, except with `--json`.
    func withInterruptMessage<Value>(_ text: String, _ body: () async throws -> Value) async throws -> Value {
        if isQuiet { return try await body() }
        return try await Interrupts.handling(
            {
                console.printError("\n\(console.fitted(text))")
                _exit(GatewayExit.interrupted.rawValue)
            }, body)
    }

    /// True if the user answers yes or gave `--yes`.
    func confirm(_ question: String) throws(GatewayError) -> Bool {
        if isConfirmed { return true }
        guard canAsk else { throw .usage("not a terminal: pass --yes to confirm") }
        return try ask("\(question) [y/N]") { answer throws(GatewayError) in
            switch answer.lowercased() {
            case "y", "yes": true
            case "", "n", "no": false
            default: throw .usage("Please answer y or n.")
            }
        }
    }

    /// Throws if the user answers no, so that the exit code is 1. `unchanged` describes the state after a no.
    func requireConfirmation(_ question: String, unchanged: String) throws(GatewayError) {
        guard try confirm(question) else { throw .refused(unchanged) }
    }

    /// The element that the user chooses by number or by name. Does not ask if there is only one.
    func choose<Element>(
        _ question: String, among elements: [Element], _ name: (Element) -> String, _ line: (Element) -> String
    ) throws(GatewayError) -> Element {
        if elements.count == 1 { return elements[0] }
        for (index, element) in elements.enumerated() { console.print("  \(index + 1)  \(line(element))") }
        return try ask(question) { answer throws(GatewayError) in
            if let number = Int(answer), elements.indices.contains(number - 1) { return elements[number - 1] }
            let names = elements.map(name)
            if let index = names.firstIndex(where: { $0.lowercased() == answer.lowercased() }) {
                return elements[index]
            }
            let hint = answer.lowercased().nearest(among: names).map { " Did you mean \($0)?" } ?? ""
            throw .usage("Please type a number from 1 to \(elements.count), or a name.\(hint)")
        }
    }
}
