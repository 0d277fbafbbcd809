/// Questions to whoever sits there. Where nobody does, they are not asked: see `Invocation.canAsk`.
extension Invocation {
    /// Whether there is somebody to ask.
    var canAsk: Bool { console.input.isTerminal && !isJSON }

    /// What was typed, without the space around it. Ends the command where the input has ended.
    func ask(_ question: String) throws(GatewayError) -> String {
        console.draw("\(question) ")
        guard let answer = console.input.line() else { throw GatewayError(.interrupted, "no answer came") }
        return String(answer.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Asks again until the answer can be used. `read` throws what is wrong with it.
    func ask<Value>(
        _ question: String, _ read: (String) throws(GatewayError) -> Value
    ) throws(GatewayError) -> Value {
        while true {
            do throws(GatewayError) {
                return try read(try ask(question))
            } catch {
                if error.exit == .interrupted { throw error }
                console.print(console.fitted(error.message))
            }
        }
    }

    /// While `body` runs, Ctrl-C says what it leaves. Scripts are spared it.
    func leaving<Value>(
        _ text: String, _ body: () async throws(GatewayError) -> Value
    ) async throws(GatewayError) -> Value {
        if isJSON { return try await body() }
        Interrupts.begin(saying: console.fitted(text))
        defer { Interrupts.end() }
        return try await body()
    }

    func confirm(_ question: String) throws(GatewayError) -> Bool {
        if arguments.isGiven(CommonFlags.yes) { return true }
        guard canAsk else { throw .usage("nobody is there to be asked: say --yes") }
        return try ask("\(question) [y/N]") { answer throws(GatewayError) in
            switch answer.lowercased() {
            case "y", "yes": true
            case "", "n", "no": false
            default: throw .usage("Please answer y or n.")
            }
        }
    }

    /// Goes on only where that is wanted. `otherwise` says what a "no" leaves: it is no, also to whoever reads exit codes.
    func makeSure(_ question: String, otherwise: String) throws(GatewayError) {
        guard try confirm(question) else { throw .refused(otherwise) }
    }

    /// One of several, by its number or its name; without asking where there is only one.
    func choose<Element>(
        _ question: String, among elements: [Element], _ name: (Element) -> String, _ line: (Element) -> String
    ) throws(GatewayError) -> Element {
        if elements.count == 1 { return elements[0] }
        for (index, element) in elements.enumerated() { console.print("  \(index + 1)  \(line(element))") }
        return try ask(question) { answer throws(GatewayError) in
            if let number = Int(answer), elements.indices.contains(number - 1) { return elements[number - 1] }
            if let element = elements.first(where: { name($0) == answer }) { return element }
            throw .usage("Please type a number from 1 to \(elements.count).")
        }
    }
}
