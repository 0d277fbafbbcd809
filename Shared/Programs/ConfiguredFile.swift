import CommandLine
import Files

extension Configuration {
    /// The text of the file that an option names. Nil without the option. Throws if there is no such file, if it cannot be
    /// read, or if it is a secret that other users can read.
    package func text(of option: Option<String?>, isSecret: Bool = false) throws(CommandLineError) -> String? {
        guard let path = self[option] else { return nil }
        do throws(TextFileError) {
            if let text = try TextFile.read(path, isSecret: isSecret) { return text }
        } catch {
            var hint = ""
            if case .openToOthers = error {
                hint = ": run chmod 600 \(path), and replace the key if another user may have read it"
            }
            throw CommandLineError("\(option.flag): \(error)\(hint)")
        }
        throw CommandLineError("\(option.flag): there is no file \(path)")
    }
}
