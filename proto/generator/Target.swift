/// The modules that contain the generated code of a .proto file.
struct Target: Equatable {
    /// The Swift module: `RPC`.
    let module: String
    /// The C module with the code that protoc-c generates: `CProto`.
    let cModule: String

    /// From the plugin's parameter: `queue.proto=QueueAPI/CProto,rpc.proto=RPC/CProto`.
    static func parse(_ parameter: String) throws(SchemaProblem) -> [String: Target] {
        var targets: [String: Target] = [:]
        for entry in parameter.split(separator: ",") {
            let parts = entry.split { $0 == "=" || $0 == "/" }.map(String.init)
            guard parts.count == 3 else {
                throw SchemaProblem(
                    file: "parameter", line: 1, reason: "`\(entry)` is not of the form FILE.proto=MODULE/CMODULE")
            }
            targets[parts[0]] = Target(module: parts[1], cModule: parts[2])
        }
        return targets
    }
}
