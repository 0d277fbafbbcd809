import Glibc
import Runtime
import Service

/// `ConcertService --database URL --listen HOST:PORT --keys FILE …`; `--help` lists everything.
@main
enum Main {
    static func main() async {
        exit(await ServiceProgram.run(.concert).rawValue)
    }
}
