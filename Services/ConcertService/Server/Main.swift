import Glibc
import Service

/// `ConcertService --database URL --listen HOST:PORT --keys FILE …`. `--help` lists all options.
@main
enum Main {
    static func main() async {
        exit(await Program.run(.concert).rawValue)
    }
}
