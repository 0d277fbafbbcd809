/// Where the tests were built from.
package enum Repository {
    /// Without a slash at its end.
    package static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}
