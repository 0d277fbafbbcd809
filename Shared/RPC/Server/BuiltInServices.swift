import Kernel
import Messages
import Threads

/// Health and Reflection, which every server answers for its services.
struct BuiltInServices: Sendable {
    /// The services that have no handlers of the program.
    static let descriptions = [HealthMethods.service, ReflectionMethods.service]

    private let services: [ServiceDescription]
    private let all: [ServiceDescription]
    private let hooks: ServerHooks
    private let fileSet: FileSet

    init(services: [ServiceDescription], hooks: ServerHooks) {
        self.services = services
        self.hooks = hooks
        all = (services + Self.descriptions).sorted { $0.name < $1.name }
        fileSet = FileSet(of: all.map(\.file))
    }

    var routes: [Route] {
        [
            Route(HealthMethods.check) { request, _ in
                CheckReply(
                    status: status(of: request.service), version: hooks.version.number,
                    contract: hooks.version.contract, commit: hooks.version.commit)
            },
            Route(ReflectionMethods.listMethods) { _, _ in
                ListMethodsReply(
                    services: all.map { ServiceEntry(name: $0.name, methods: $0.methods.map(MethodEntry.init)) })
            },
            Route(ReflectionMethods.describeProtocol) { _, _ in DescribeProtocolReply(fileDescriptorSet: fileSet.bytes)
            },
        ]
    }

    /// The status of one service, or of all for an empty name.
    private func status(of service: String) -> ServingStatus {
        let names = services.map(\.name)
        guard service.isEmpty || names.contains(service) else { return .serviceUnknown }
        return (service.isEmpty ? names : [service]).allSatisfy(hooks.isServing) ? .serving : .notServing
    }
}

/// The descriptors of files, for DescribeProtocol. Made at its first call and then kept, because making them takes a
/// millisecond, and anyone may call it.
private final class FileSet: Sendable {
    private let files: [ProtoFile]
    private let made = Lock<[UInt8]?>(nil)

    init(of files: [ProtoFile]) {
        self.files = files
    }

    /// A packed FileDescriptorSet, which contains each file as field 1. rpc.proto declares the reasons of every service.
    var bytes: [UInt8] {
        made.withLock { made in
            if let made { return made }
            var set: [UInt8] = []
            for file in ProtoFile.withImports([.rpc] + files).map(\.descriptor) {
                set.append(atMost: WireWriter.maxFieldHeaderBytes + file.count) { writer in
                    file.withUnsafeBytes { writer.bytes(1, $0) }
                }
            }
            made = set
            return set
        }
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
