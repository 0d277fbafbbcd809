import Glibc
import Service

@main
enum Main {
    static func main() async {
        exit(await ServiceProgram.run(.wallet).rawValue)
    }
}
