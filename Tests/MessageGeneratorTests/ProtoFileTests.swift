import RPC
import TestSupport
import Testing

@testable import MessageGenerator

/// The .proto files that are compiled into a program, for reflection.
struct ProtoFileTests {
    @Test func `descriptors contain every service, after their imports`() throws {
        let files = ProtoFile.withImports([.testing, .health])
        #expect(files.map(\.name) == ["options.proto", "testing.proto", "health.proto"])

        let set = files.flatMap { WireBytes.content(1, $0.descriptor) }
        let read = try SchemaReader.files(inSet: set)
        #expect(read.map(\.name) == files.map(\.name))
        let echo = try #require(read[1].services.first)
        #expect(echo.fullName == EchoMethods.service.name)
        #expect(echo.methods.map { "\(echo.fullName)/\($0.name)" } == EchoMethods.service.methods.map(\.name))
        #expect(echo.methods.map(\.isServerStream) == EchoMethods.service.methods.map(\.isStream))
        #expect(echo.methods.map(\.isSafeToRepeat) == EchoMethods.service.methods.map(\.isSafeToRepeat))
    }
}
