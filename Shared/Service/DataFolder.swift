import Database
import Glibc
import Identity
import Kernel
import Runtime

/// The folder in which a service keeps what it was not told to keep elsewhere.
enum DataFolder {
    static let name = "data"

    /// In the folder that the program was started in.
    static var path: String {
        guard let current = getcwd(nil, 0) else { return "/" + name }
        defer { free(current) }
        return String(cString: current) + "/" + name
    }

    /// Makes the folder of a database file, for this user alone, where it is not there yet.
    static func prepare(for database: SecretURL) throws {
        guard case .file(let file) = try DatabaseURL(database.text), let slash = file.lastIndex(of: "/") else { return }
        try make(String(file[..<slash]))
    }

    /// The keys of the key file. One that nobody named is made when it is missing; of several services that do that at
    /// once, one makes it and the others read it.
    static func keys(_ configuration: Configuration, _ log: Log) throws -> KeyFile {
        let path = configuration[ServiceFlags.keys]
        if configuration.origin(of: ServiceFlags.keys) == .default, access(path, F_OK) != 0 {
            try make(name)
            do throws(KeyFileError) {
                let keys = try KeyFile.create(at: path)
                log.warning("made new keys: give the same file to all services and operators", ["keys": "\(path)"])
                return keys
            } catch .exists {
                return try KeyFile.read(path)
            }
        }
        return try KeyFile.read(path)
    }

    private static func make(_ folder: String) throws {
        guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno != EEXIST else { return }
        throw ConfigurationError("the folder \(folder) cannot be made: \(String(cString: strerror(errno)))")
    }
}
