import CommandLine
import Kernel
import Telemetry

/// The resources from which a program builds its components and jobs.
package struct ProgramEnvironment: Sendable {
    package let configuration: Configuration
    package let clock: any Clock
    package let log: Log
    package let metrics: Metrics
    package let health: Health
    /// Stops the program because a component failed that it cannot run without. Takes the component's name and the
    /// error.
    package let fail: @Sendable (String, any Error) -> Void
}

/// The components and jobs of a program.
package struct ProgramParts: Sendable {
    /// In the order of their start.
    let components: [Component]
    let jobs: [Job]

    package init(_ components: [Component], jobs: [Job] = []) {
        self.components = components
        self.jobs = jobs
    }
}
