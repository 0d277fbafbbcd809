import Kernel
import Testing

@Suite struct SecretURLTests {
    @Test(arguments: [
        ("postgres://alice:p@ss:w/rd@db:1/x", "postgres://alice:***@db:1/x"),
        ("postgres://alice@db/x", "postgres://alice@db/x"),
        ("postgres://db/x?PASSWORD=p", "postgres://db/x?PASSWORD=***"), ("sqlite:///data/file", "sqlite:///data/file"),
        ("postgres://db/x?pass%77ord=p&b", "postgres://db/x?pass%77ord=***&b"), ("no url", "no url"),
        ("postgres://:p@db", "postgres://:***@db"), ("postgres://alice:p/ss@db/shop", "postgres://alice:***@db/shop"),
        ("postgres://db?sslpassword=x&password=y", "postgres://db?sslpassword=***&password=***"),
    ])
    func `the password of a URL is hidden`(url: String, shown: String) {
        #expect(SecretURL(url).description == shown)
    }
}
