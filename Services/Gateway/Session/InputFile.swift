import Files

/// Reads the files that a user names, and those of the configuration folder.
enum InputFile {
    /// The text of the file that a flag names.
    static func required(
        _ path: String, by flag: String, isSecret: Bool, maximumBytes: Int = TextFile.usualMaximumBytes
    ) throws(GatewayError) -> String {
        if let text = try read(path, isSecret: isSecret, maximumBytes: maximumBytes) { return text }
        throw GatewayError(.file, "\(flag): there is no file \(path)")
    }

    /// The text of a file. Nil if there is no such file. Throws if the file is secret and other users can read it.
    static func read(
        _ path: String, isSecret: Bool, maximumBytes: Int = TextFile.usualMaximumBytes
    ) throws(GatewayError) -> String? {
        do throws(TextFileError) {
            return try TextFile.read(path, isSecret: isSecret, maximumBytes: maximumBytes)
        } catch {
            guard case .openToOthers = error else { throw GatewayError(.file, "\(error)") }
            let hint = "Type: chmod 600 \(path). If another user may have read it, replace its secret"
            throw GatewayError(.file, "\(error)", hint: hint)
        }
    }
}

extension GatewayError {
    /// An error with the text of `errno`.
    static func system(_ problem: String) -> GatewayError { GatewayError(.file, "\(problem): \(SystemError())") }
}
