import Glibc
import Programs
import Service

/// `ConcertService --database URL --listen HOST:PORT --keys FILE …`. `--help` lists all options.
@main
enum Main {
    static func main() async {
        exit(await Program.run(.concert).rawValue)
    }
}
