/// The reason why the generator refuses a .proto file: printed as `queue.proto:12: reason`.
struct SchemaProblem: Error, Equatable, CustomStringConvertible {
    let file: String
    let line: Int
    let reason: String

    var description: String { "\(file):\(line): \(reason)" }
}
