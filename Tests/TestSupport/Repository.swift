/// The repository from which the tests were built.
package enum Repository {
    /// The path of its root folder, without a slash at the end.
    package static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}
