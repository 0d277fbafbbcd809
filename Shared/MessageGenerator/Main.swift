import Glibc

/// The protoc plugin that writes the Swift side of proto/. `proto/generate` runs it.
@main
enum Main {
    static func main() {
        do {
            try StandardStreams.write(Plugin.answer(StandardStreams.readAll()))
        } catch {
            StandardStreams.complain("MessageGenerator: \(error)")
            exit(1)
        }
    }
}
