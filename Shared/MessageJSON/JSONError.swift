/// The reason why text is not the JSON of a message.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// The place of the error: `line 2, column 7`, or the path of a field: `nesteds[3].name`. Empty for the whole text.
    package let place: String
    /// The error, with the allowed values.
    package let problem: String

    package init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { place.isEmpty ? problem : "\(place): \(problem)" }
}
