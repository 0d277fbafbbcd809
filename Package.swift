// swift-tools-version: 6.2
import PackageDescription

/// A C library of the system: a module map and nothing else.
func system(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// A module of Shared/, which contains nothing about tickets.
func shared(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = ["README.md"]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude)
}

/// C that protoc-c wrote.
func protobufC(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: ["CProtobufC"] + dependencies, path: path)
}

/// A bounded context: API, Domain and Server. It imports the APIs of `others`, and no other module of a context.
func context(_ name: String, calls others: [String] = []) -> [Target] {
    let folder = "Services/\(name)Service"
    let apis = ([name] + others).map { Target.Dependency.byName(name: $0 + "API") }
    let modules: [Target.Dependency] = [
        "CommandLine", "Database", "Identity", "Kernel", "Programs", "RPC", "Service", "Telemetry", "Threads",
    ]
    let own: [Target.Dependency] = name == "Queue" ? ["Encoding", "Files", "LineLog"] : []
    return [
        protobufC("C" + name, folder + "/API/C", ["CProto"]),
        .target(
            name: name + "API", dependencies: [.byName(name: "C" + name), "Kernel", "Messages", "RPC"],
            path: folder + "/API/Generated"),
        .target(name: name + "Domain", dependencies: ["Kernel"], path: folder + "/Domain"),
        .executableTarget(
            name: name + "Service", dependencies: apis + [.byName(name: name + "Domain")] + modules + own,
            path: folder + "/Server"),
    ]
}

/// The tests of one module. They can also import TestSupport.
func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        path: "Tests/\(name)Tests", exclude: exclude)
}

/// The commit for `--version`. Debug builds do not have it, because each commit would link every program again.
let commit: [CSetting] =
    Context.gitInformation.map { git in
        [.define("ONSALE_COMMIT", to: "\"\(git.currentCommit.prefix(12))\"", .when(configuration: .release))]
    } ?? []

let package = Package(
    name: "Onsale",
    products: [
        .executable(name: "gateway", targets: ["Gateway"]),
        .executable(name: "gateway-web", targets: ["GatewayWeb"]),
    ],
    targets: [
        system("COpenSSL", "openssl", apt: "libssl-dev"),
        system("CMicroHTTP", "libmicrohttpd", apt: "libmicrohttpd-dev"),
        system("CPostgreSQL", "libpq", apt: "libpq-dev"),
        system("CProtobufC", "libprotobuf-c", apt: "libprotobuf-c-dev"),
        system("CTerminal", "libqrencode", apt: "libqrencode-dev"),
        system("CSQLite", "sqlite3", apt: "libsqlite3-dev"),
        system("CSodium", "libsodium", apt: "libsodium-dev"),
        system("CZlib", "zlib", apt: "zlib1g-dev"),
        .target(name: "CVersion", path: "Shared/CVersion", cSettings: commit),
        shared("Kernel", exclude: []),
        shared("Encoding", ["CSodium"]),
        .systemLibrary(name: "CThreads", path: "Shared/CThreads"),
        shared("Threads", ["CThreads", "Kernel"]),
        shared("CommandLine", ["CThreads", "CVersion", "Kernel"]),
        shared("Files", ["CThreads"]),
        shared("Display", ["CTerminal", "Kernel", "Threads"]),
        shared("CLogWriter", ["CSQLite"], exclude: []),
        shared("Database", ["CLogWriter", "CPostgreSQL", "CSQLite", "Files", "Kernel", "Threads"]),
        shared("Identity", ["COpenSSL", "CSodium", "Encoding", "Files", "Kernel", "Threads"]),
        shared("Certificates", ["Encoding", "Identity", "Kernel"]),
        shared("LineLog", ["Encoding", "Identity", "Kernel"]),
        shared("Telemetry", ["Kernel", "Threads", "CMicroHTTP"]),
        protobufC("CProto", "Shared/CProto"),
        system("CUV", "libuv", apt: "libuv1-dev"),
        shared("Messages", ["CProtobufC", "Kernel"]),
        shared("RPC", ["COpenSSL", "CProto", "CUV", "Encoding", "Kernel", "Messages", "Threads"]),
        shared("MessageJSON", ["CProtobufC", "Encoding", "Kernel", "Messages"], exclude: []),
        shared("Programs", ["CommandLine", "Files", "Kernel", "RPC", "Telemetry", "Threads"]),
        shared(
            "Service",
            [
                "Certificates", "CommandLine", "Database", "Identity", "Kernel", "MessageJSON", "Messages", "Programs",
                "RPC", "Telemetry", "Threads",
            ]),
        .executableTarget(
            name: "MessageGenerator", dependencies: ["Files", "Kernel", "Messages"], path: "proto/generator"),
        .target(
            name: "Journeys",
            dependencies: [
                "ConcertAPI", "Encoding", "Identity", "Kernel", "LineLog", "Messages", "QueueAPI", "RPC", "Threads",
                "WalletAPI",
            ],
            path: "Services/Journeys", exclude: ["README.md"]),
        .executableTarget(
            name: "Gateway",
            dependencies: [
                "CProtobufC", "CTerminal", "Certificates", "CommandLine", "ConcertAPI", "Display", "Encoding", "Files",
                "Identity", "Journeys", "Kernel", "LineLog", "MessageJSON", "Messages", "QueueAPI", "RPC", "Threads",
                "WalletAPI",
            ],
            path: "Services/Gateway", exclude: ["README.md", "Web"]),
        .executableTarget(
            name: "GatewayWeb",
            dependencies: [
                "CMicroHTTP", "CProtobufC", "CZlib", "CommandLine", "ConcertAPI", "Display", "Encoding", "Identity",
                "Journeys", "Kernel", "MessageJSON", "Messages", "Programs", "QueueAPI", "RPC", "Telemetry", "Threads",
                "WalletAPI",
            ],
            path: "Services/Gateway/Web", exclude: ["README.md"],
            resources: [
                .embedInCode("Assets/onsale.css"), .embedInCode("Assets/onsale.js"), .embedInCode("Assets/onsale.svg"),
                .embedInCode("Assets/puzzle.js"),
            ]),
        protobufC("CTestProto", "Tests/CTestProto", ["CProto"]),
        .target(
            name: "TestSupport",
            dependencies: [
                "CPostgreSQL", "CProto", "CProtobufC", "CTestProto", "Certificates", "CommandLine", "ConcertAPI",
                "Database",
                "Encoding", "Identity", "Kernel", "Messages", "Programs", "QueueAPI", "RPC", "Service", "Telemetry",
                "Threads",
                "WalletAPI",
            ],
            path: "Tests/TestSupport", exclude: ["mirror.py", "recursive.proto", "testing.proto"]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "CSodium", "Certificates", "CommandLine", "ConcertAPI", "Database", "Files", "Identity", "Kernel",
                "QueueAPI", "RPC", "Service", "Telemetry", "TestSupport", "Threads", "WalletAPI",
            ],
            path: "Tests/Benchmarks",
            exclude: ["Peers", "README.md", "against", "against.d", "compare", "compare.d", "instructions"]),
        .target(name: "CPowerLoss", dependencies: ["CSQLite"], path: "Tests/CPowerLoss"),
        .executableTarget(
            name: "DatabaseWriter", dependencies: ["Database", "Kernel", "TestSupport", "Threads"],
            path: "Tests/DatabaseWriter"),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], path: "Tests/TidyTests"),
        tests(of: "Encoding"),
        tests(of: "Files"),
        tests(of: "Kernel"),
        tests(of: "Threads", ["Kernel"]),
        tests(of: "CommandLine", ["Kernel"]),
        tests(
            of: "Database", ["CLogWriter", "CPowerLoss", "CSQLite", "DatabaseWriter", "Kernel", "Threads"],
            exclude: ["pooler"]),
        tests(of: "Identity", ["Encoding", "Kernel"]),
        tests(of: "Certificates", ["Identity", "Kernel", "Threads"]),
        tests(of: "LineLog", ["Encoding", "Identity", "Kernel"]),
        tests(of: "Telemetry", ["Kernel", "Threads"]),
        tests(of: "Messages", ["CTestProto", "Encoding", "Kernel", "RPC"]),
        tests(
            of: "RPC",
            [
                "COpenSSL", "Certificates", "Encoding", "Files", "Identity", "Kernel", "Messages", "Telemetry",
                "Threads",
            ]),
        tests(
            of: "Service",
            [
                "Certificates", "CommandLine", "Database", "Identity", "Kernel", "Programs", "RPC", "Telemetry",
                "Threads",
            ]),
        tests(of: "Benchmarks", ["Kernel", "RPC", "Threads"]),
        tests(of: "MessageJSON", ["Encoding", "Kernel", "Messages", "RPC"]),
        tests(of: "MessageGenerator", ["RPC"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CommandLine", "ConcertService", "Encoding", "Gateway", "Identity", "Journeys", "Kernel",
                "MessageJSON", "QueueService", "Telemetry", "TestSupport", "Threads", "WalletService",
            ],
            path: "Tests/EndToEndTests"),
        tests(
            of: "Gateway",
            [
                "CommandLine", "ConcertAPI", "Display", "Identity", "Journeys", "Kernel", "LineLog", "QueueAPI", "RPC",
                "Threads",
                "WalletAPI",
            ]),
        tests(
            of: "GatewayWeb",
            [
                "CZlib", "CommandLine", "ConcertAPI", "Encoding", "Files", "Identity", "Journeys", "Kernel",
                "MessageJSON", "Messages", "QueueAPI", "QueueService", "RPC", "Service", "Telemetry", "Threads",
                "WalletAPI",
            ]),
        tests(of: "Journeys", ["ConcertAPI", "Identity", "Kernel", "QueueAPI", "RPC", "Threads", "WalletAPI"]),
        .testTarget(
            name: "DeployTests",
            dependencies: ["Identity", "Kernel", "QueueAPI", "QueueService", "RPC", "TestSupport"],
            path: "Tests/DeployTests",
            exclude: [
                "against_test.py", "alerts.yml", "check", "contract_test.py", "demo_test.py", "documentation_test.py",
                "encryption_test.py", "files_test.py", "help_test.py", "kubernetes_test.py", "python_test.py",
                "repository.py", "running_test.py", "shell.py", "wire_test.py", "with_postgres_test.py",
            ]),
        tests(of: "ConcertDomain", ["Kernel"]),
        tests(
            of: "ConcertService",
            ["ConcertAPI", "ConcertDomain", "Database", "Identity", "Kernel", "RPC", "Service", "Telemetry", "Threads"]),
        .testTarget(
            name: "PaymentTests",
            dependencies: [
                "ConcertAPI", "ConcertService", "Database", "Identity", "Journeys", "Kernel", "LineLog", "QueueAPI",
                "Messages", "Programs", "QueueService",
                "RPC", "Service", "Telemetry", "TestSupport", "Threads", "WalletAPI", "WalletService",
            ],
            path: "Tests/PaymentTests", exclude: ["README.md", "histories"]),
        tests(of: "QueueDomain", ["Kernel"]),
        tests(
            of: "QueueService",
            [
                "Database", "Identity", "Journeys", "Kernel", "LineLog", "QueueAPI", "QueueDomain", "RPC", "Service",
                "Telemetry", "Threads",
            ]),
        tests(of: "WalletDomain", ["Kernel"]),
        tests(
            of: "WalletService",
            [
                "ConcertAPI", "ConcertService", "Database", "Identity", "Kernel", "Programs", "QueueAPI",
                "QueueService", "RPC",
                "Service", "Telemetry", "Threads", "WalletAPI", "WalletDomain",
            ]),
    ] + context("Concert") + context("Queue") + context("Wallet", calls: ["Concert", "Queue"])
)

// The tests of one target, for scripts that build them for release.
if let name = Context.environment["ONSALE_ONLY_TESTS"] {
    package.targets.removeAll { $0.type == .test && $0.name != name }
}

// They need libFuzzer, which only Tests/Fuzz/run links.
if Context.environment["ONSALE_FUZZ"] != nil {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "CProtobufC", "CTestProto", "Certificates", "Identity", "Kernel", "MessageJSON", "Messages",
                "RPC",
                "Threads",
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "Corpus", "README.md", "run"]),
    ]
}

for target in package.targets where target.name == "RPC" {
    // These checks at run time cost 7 % of the instructions of a call (Shared/RPC/README.md). Debug builds, such as the
    // tests, still make them.
    target.swiftSettings = [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]
}

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .treatAllWarnings(as: .error),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}
