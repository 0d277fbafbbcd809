/// The reason why the generator refuses a .proto file: printed as `queue.proto:12: reason`.
struct SchemaProblem: Error, Equatable, CustomStringConvertible {
    let file: String
    let line: Int
    let reason: String

    var description: String { "\(file):\(line): \(reason)" }

    /// Runs `body`. An error becomes a problem of `file`.
    static func naming<Value>(_ file: String, _ reason: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw SchemaProblem(file: file, line: 1, reason: reason) }
    }
}
