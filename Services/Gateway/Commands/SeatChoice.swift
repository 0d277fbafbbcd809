/// The seats that a user chooses: by name, or the best ones of a grade.
enum SeatChoice: Sendable {
    case named([String])
    case best(Int, grade: String?)

    /// The choice of the command line. Nil if it has none.
    init?(_ run: Invocation) throws(GatewayError) {
        let names = try run.arguments.values(Reserve.seats)
        let grade = try run.arguments.value(Reserve.grade)
        if let count = try run.arguments.value(Reserve.best) {
            guard names.isEmpty else { throw .usage("SEAT and --best exclude each other. Pass one of them") }
            self = .best(count, grade: grade)
        } else {
            guard grade == nil else { throw .usage("--grade needs --best, such as --best 2 --grade A") }
            if names.isEmpty { return nil }
            self = .named(names)
        }
    }

    /// Parses the answer to a question: `Stalls-12-7 Stalls-12-8`, `best 2 A`.
    init(_ answer: String, _ plan: SeatPlan) throws(GatewayError) {
        let words = answer.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
        guard let first = words.first else { throw .usage("Please type the names of seats.") }
        if first == "best" {
            guard words.count >= 2, let count = Int(words[1]), (1...50).contains(count) else {
                throw .usage("Please type a number from 1 to 50 after best, such as: best 2 A")
            }
            let grade = words.dropFirst(2).joined(separator: " ")
            let grades = plan.grades.map(\.name)
            // A letter of the map or a name. It may be missing if there is one grade.
            let found = plan.grades.first { $0.name == grade || String($0.letter) == grade.uppercased() }?.name
            guard let name = found ?? (grade.isEmpty && grades.count == 1 ? grades[0] : nil) else {
                throw .usage("Please type a grade after the number: \(grades.joined(separator: ", "))")
            }
            self = .best(count, grade: name)
        } else {
            self = .named(words)
        }
    }
}
