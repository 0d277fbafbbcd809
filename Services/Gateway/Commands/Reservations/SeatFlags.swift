import CommandLine
import Journeys

/// The operand and the flags that choose seats.
enum SeatFlags {
    private static let counts = 1...50

    static let seats = Operand("SEAT", ValueKind<String>.text("SEAT"), .any)
    static let best = Option("best", .integer(in: counts), "let the service choose this number of seats, side by side")
    static let grade = Option("grade", .text("GRADE"), "grade for --best; needed if the date has several grades")

    /// The choice of the command line. Nil if it has none.
    static func choice(_ arguments: Arguments) throws(GatewayError) -> SeatChoice? {
        let names = try arguments.values(seats)
        let grade = try arguments.value(grade)
        if let count = try arguments.value(best) {
            guard names.isEmpty else { throw .usage("SEAT and --best exclude each other. Pass one of them") }
            return .best(count, grade: grade)
        }
        guard grade == nil else { throw .usage("--grade needs --best, such as --best 2 --grade A") }
        return names.isEmpty ? nil : .named(names)
    }

    /// The choice of the answer to a question: `Stalls-12-7 Stalls-12-8`, `best 2 A`.
    static func choice(of answer: String, _ plan: SeatPlan) throws(GatewayError) -> SeatChoice {
        let words = answer.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
        guard let first = words.first else { throw .usage("Please type the names of seats.") }
        guard first == "best" else { return .named(words) }
        guard words.count >= 2, let count = Int(words[1]), counts.contains(count) else {
            throw .usage(
                "Please type a number from \(counts.lowerBound) to \(counts.upperBound) after best, such as: best 2 A")
        }
        let grade = words.dropFirst(2).joined(separator: " ")
        let grades = plan.grades.map(\.name)
        // A letter of the map or a name. It may be missing if there is one grade.
        let found = plan.grades.first { $0.name == grade || String($0.letter) == grade.uppercased() }?.name
        guard let name = found ?? (grade.isEmpty && grades.count == 1 ? grades[0] : nil) else {
            throw .usage("Please type a grade after the number: \(grades.joined(separator: ", "))")
        }
        return .best(count, grade: name)
    }
}
