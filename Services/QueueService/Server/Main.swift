import Glibc
import Programs
import Service

@main
enum Main {
    static func main() async {
        exit(await Program.run(.queue).rawValue)
    }
}
