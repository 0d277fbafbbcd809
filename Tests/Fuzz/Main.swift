import CFuzzer

/// `Fuzz TARGET [libFuzzer's options]`. Tests/Fuzz/run builds and calls it.
@main
enum Main {
    private static let targets: [(name: String, test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32)] = [
        ("frames", { FrameTarget.test(UnsafeRawBufferPointer(start: $0, count: $1)) }),
        ("arrivals", { ArrivalTarget.test(UnsafeRawBufferPointer(start: $0, count: $1)) }),
        ("messages", { MessageTarget.test(UnsafeRawBufferPointer(start: $0, count: $1)) }),
        ("json", { JSONTarget.test(UnsafeRawBufferPointer(start: $0, count: $1)) }),
    ]

    static func main() {
        guard let target = targets.first(where: { $0.name == CommandLine.arguments.dropFirst().first }) else {
            fatalError("the first argument must name a target: \(targets.map(\.name).joined(separator: ", "))")
        }
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        _ = LLVMFuzzerRunDriver(&count, &arguments, target.test)
    }
}

/// 0 tells libFuzzer to keep the input, no matter what the target did with it.
let taken: Int32 = 0

/// Like `precondition`, but optimised builds keep the message.
func expect(_ isSo: Bool, _ problem: @autoclosure () -> String) {
    if !isSo { fatalError(problem()) }
}
