import Kernel
import Messages

/// Implements `onsale.reflection.v1.Reflection`: the methods of this server and their types.
struct ReflectionOfServer: Sendable {
    private let services: [ServiceDescription]

    init(services: [ServiceDescription]) {
        self.services = (services + [HealthMethods.service, ReflectionMethods.service]).sorted { $0.name < $1.name }
    }

    var routes: [Route] {
        [
            Route(ReflectionMethods.listMethods) { _, _ in listMethods() },
            Route(ReflectionMethods.describeProtocol) { _, _ in describeProtocol() },
        ]
    }

    private func listMethods() -> ListMethodsReply {
        ListMethodsReply(
            services: services.map { service in
                ServiceEntry(name: service.name, methods: service.methods.map(MethodEntry.init))
            })
    }

    /// A FileDescriptorSet contains each file as field 1. rpc.proto declares the frames, and the reasons of every service.
    private func describeProtocol() -> DescribeProtocolReply {
        var set: [UInt8] = []
        for file in ProtoFile.withImports([.rpc] + services.map(\.file)).map(\.descriptor) {
            set.append(atMost: WireWriter.maxFieldHeaderBytes + file.count) { writer in
                file.withUnsafeBytes { writer.bytes(1, $0) }
            }
        }
        return DescribeProtocolReply(fileDescriptorSet: set)
    }
}

extension MethodEntry {
    fileprivate init(_ method: MethodDescription) {
        self.init(
            name: String(method.name.split(separator: "/").last ?? ""),
            requestType: method.request.name, replyType: method.reply.name,
            isStream: method.isStream, isSafeToRepeat: method.isSafeToRepeat,
            callers: CallerRole.allowed(by: method.callers))
    }
}

extension CallerRole {
    fileprivate static func allowed(by roles: Role) -> [CallerRole] {
        if roles.isEmpty { return [.anyone] }
        let all: [(Role, CallerRole)] = [(.user, .user), (.operator, .operator), (.service, .service)]
        return all.filter { roles.contains($0.0) }.map(\.1)
    }
}
