import Kernel

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

    /// A FileDescriptorSet contains each file as field 1.
    private func describeProtocol() -> DescribeProtocolReply {
        let files = ProtoFile.withImports(services.map(\.file)).map(\.descriptor)
        let size = files.reduce(0) { $0 + $1.count + WireWriter.maxFieldHeaderBytes }
        let set = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let start = UnsafeMutableRawPointer(buffer.baseAddress!)
            var writer = WireWriter(start)
            for file in files { file.withUnsafeBytes { writer.bytes(1, $0) } }
            count = writer.cursor - start
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
