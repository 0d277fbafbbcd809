import Kernel

/// What a service is given to build its parts on.
package struct ProgramEnvironment: Sendable {
    package let configuration: Configuration
    package let clock: any Clock
    package let log: Log
    package let metrics: Metrics
    package let health: Health
    /// For a part that breaks while the program runs, and without which it makes no sense: name and error.
    package let fail: @Sendable (String, any Error) -> Void
}

/// What a service consists of.
package struct ProgramParts: Sendable {
    /// In the order in which they start.
    let components: [Component]
    let jobs: [Job]

    package init(_ components: [Component], jobs: [Job] = []) {
        self.components = components
        self.jobs = jobs
    }
}
