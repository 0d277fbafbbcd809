import Database
import Glibc
import Kernel
import TestSupport
import Threads

/// `DatabaseWriter URL RUN COUNT [FAULT]` writes COUNT entries of the ledger, several at once, and prints the number of
/// each after it is acknowledged. Each third of them is written and refused first. A test may kill it at any time. With FAULT, every few steps fail with that fault.
@main enum Main {
    private static let callers = 4

    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let run = Int(arguments[2]), let count = Int(arguments[3]) else {
            say("usage: DatabaseWriter URL RUN COUNT [FAULT]")
            exit(2)
        }
        let fault = arguments.count > 4 ? Faults.Fault.allCases.first { "\($0)" == arguments[4] } : nil
        let faults = Faults()
        let database: Database
        do {
            database = try Database(
                url: arguments[1], migrations: Ledger.migrations, clock: SystemClock(), faults: faults)
        } catch {
            say("\(error)")
            exit(1)
        }
        say("ready")
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for number in stride(from: caller, to: count, by: callers) {
                        if let fault, number % 5 == 0 {
                            faults.fail(number % 2 == 0 ? .commit : .statement, number: number % 7 + 1, with: fault)
                        }
                        if number % 3 == 0 {
                            try? await database.transaction { try Ledger.writeAndRefuse(number, $0) }
                        }
                        await write(number, of: run, in: database)
                    }
                }
            }
        }
        await database.close()
        say("done")
    }

    /// Writes an entry. Like a client, it repeats the request after any error until it succeeds.
    private static func write(_ number: Int, of run: Int, in database: Database) async {
        while true {
            do {
                try await database.transaction { try Ledger.write(number, of: run, $0) }
                return say("\(number)")
            } catch {
                await Task.yield()
            }
        }
    }

    /// Prints the line with one unbuffered write, so that it survives a kill of the process.
    private static func say(_ line: String) {
        var line = line + "\n"
        line.withUTF8 { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
