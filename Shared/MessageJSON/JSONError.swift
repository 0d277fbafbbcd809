/// Why text is not the JSON of a message.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Where: `line 2, column 7`, or the way to a field: `nesteds[3].name`. Empty for the text as a whole.
    package let place: String
    /// What is wrong there, and what is allowed.
    package let problem: String

    package init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { place.isEmpty ? problem : "\(place): \(problem)" }
}
