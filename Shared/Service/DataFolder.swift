import CommandLine
import Database
import Glibc
import Identity
import Kernel
import Telemetry

/// The default folder for the files of a service.
enum DataFolder {
    static let name = "data"

    /// The path in the current folder of the process.
    static var path: String {
        guard let current = getcwd(nil, 0) else { return "/" + name }
        defer { free(current) }
        return String(cString: current) + "/" + name
    }

    /// Creates the folder of a database file if it does not exist. Only this user can read it.
    static func prepare(for database: SecretURL) throws {
        guard case .file(let file) = try DatabaseURL(database.text), let slash = file.lastIndex(of: "/") else { return }
        try make(String(file[..<slash]))
    }

    /// Reads the key file. Creates it if it does not exist and `--keys` was not given. If several services do that at
    /// once, one creates the file and the others read it.
    static func keys(_ configuration: Configuration, for holder: KeyHolder, _ log: Log) throws -> KeyFile {
        let path = configuration[ServiceOptions.keys]
        if configuration.source(of: ServiceOptions.keys) == nil, access(path, F_OK) != 0 {
            try make(name)
            do throws(KeyFileError) {
                let keys = try KeyFile.create(at: path)
                log.warning("made new keys: give the same file to all services and operators", ["keys": "\(path)"])
                return keys
            } catch .exists {
                return try KeyFile.read(path, for: holder)
            }
        }
        return try KeyFile.read(path, for: holder)
    }

    private static func make(_ folder: String) throws {
        guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno != EEXIST else { return }
        throw CommandLineError("the folder \(folder) cannot be created: \(String(cString: strerror(errno)))")
    }
}
