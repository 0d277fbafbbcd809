import Kernel
import Messages

/// Health and Reflection, which every server answers for its services.
struct BuiltInServices: Sendable {
    /// The services that have no handlers of the program.
    static let descriptions = [HealthMethods.service, ReflectionMethods.service]

    let services: [ServiceDescription]
    let isServing: @Sendable (_ service: String) -> Bool

    var routes: [Route] {
        [
            Route(HealthMethods.check) { request, _ in CheckReply(status: status(of: request.service)) },
            Route(ReflectionMethods.listMethods) { _, _ in
                ListMethodsReply(
                    services: all.map { ServiceEntry(name: $0.name, methods: $0.methods.map(MethodEntry.init)) })
            },
            Route(ReflectionMethods.describeProtocol) { _, _ in DescribeProtocolReply(fileDescriptorSet: fileSet) },
        ]
    }

    /// The status of one service, or of all for an empty name.
    private func status(of service: String) -> ServingStatus {
        let names = services.map(\.name)
        guard service.isEmpty || names.contains(service) else { return .serviceUnknown }
        return (service.isEmpty ? names : [service]).allSatisfy(isServing) ? .serving : .notServing
    }

    private var all: [ServiceDescription] { (services + Self.descriptions).sorted { $0.name < $1.name } }

    /// A packed FileDescriptorSet, which contains each file as field 1. rpc.proto declares the reasons of every service.
    private var fileSet: [UInt8] {
        var set: [UInt8] = []
        for file in ProtoFile.withImports([.rpc] + all.map(\.file)).map(\.descriptor) {
            set.append(atMost: WireWriter.maxFieldHeaderBytes + file.count) { writer in
                file.withUnsafeBytes { writer.bytes(1, $0) }
            }
        }
        return set
    }
}

extension MethodEntry {
    fileprivate init(_ method: MethodDescription) {
        let roles: [(Role, CallerRole)] = [(.user, .user), (.operator, .operator), (.service, .service)]
        self.init(
            name: String(method.name.split(separator: "/").last ?? ""),
            requestType: method.request.name, replyType: method.reply.name,
            isStream: method.isStream, isSafeToRepeat: method.isSafeToRepeat,
            callers: method.callers.isEmpty ? [.anyone] : roles.filter { method.callers.contains($0.0) }.map(\.1),
            duties: method.duties.fields)
    }
}
