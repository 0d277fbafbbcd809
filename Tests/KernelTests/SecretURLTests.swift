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
        ("postgres://host/db?password=p@ss", "postgres://host/db?password=***"),
        ("postgres://host:5432/db?password=p@ss", "postgres://host:***"),
        ("postgres://alice:p?w@db/x", "postgres://alice:***"),
        ("postgres:///db?host=/run/pg&password=s@x", "postgres:///db?host=/run/pg&password=***"),
        (
            "postgres://host/db?user=me&password=secret&application_name=a@b",
            "postgres://host/db?user=me&password=***&application_name=a@b"
        ),
    ])
    func `the password of a URL is hidden`(url: String, shown: String) {
        #expect(SecretURL(url).description == shown)
    }
}
