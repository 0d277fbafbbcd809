import CommandLine
import Journeys
import Kernel
import Programs
import RPC
import Telemetry
import Threads

/// Connects the options, the services and the HTTP server.
enum WebProgram {
    /// Requests in flight get this part of the drain time-out. The rest is for the components that stop after them.
    private static let drainShare = 0.8

    static func run(_ configuration: Configuration) async -> ExitCode {
        let clock = SystemClock()
        let frame = ProgramFrame(configuration, clock: clock)
        return await frame.run(configuration) {
            let status = StatusPort(at: configuration[WebOptions.statusListen], frame)
            let parts = try parts(configuration, clock, frame)
            return ([status.component] + parts.components, parts.jobs)
        }
    }

    private static func parts(
        _ configuration: Configuration, _ clock: any Clock, _ frame: ProgramFrame
    ) throws -> (components: [Component], jobs: [Job]) {
        let loops = try Loops.started(count: configuration[WebOptions.loops])
        let certificates = try WebCertificates(
            configuration, over: TCP(on: loops), clock: clock, log: frame.log, metrics: frame.metrics)
        let connections = Connections(
            agent: "gateway-web \(Version.number)", on: loops,
            addresses: { service in
                WebOptions.services.first { $0.service == service }.map { configuration[$0.option] } ?? []
            }, network: { _, _ in certificates.network })
        let origin = origin(configuration)
        let site = Site(
            connections: connections, clock: clock, log: frame.log, origin: origin,
            callTimeout: configuration[WebOptions.callTimeout], namesClients: certificates.isEdge)
        let router = Router(site)
        let service = HTTPService(
            { await router.respond(to: $0) }, limits: HTTPLimits(configuration), clock: clock,
            isSecure: origin.hasPrefix("https:"),
            accessLog: configuration[WebOptions.accessLog] ? AccessLog(log: frame.log) : nil, metrics: frame.metrics)
        let server = try HTTPServer(service, on: loops, certificate: certificates.ofSite)
        let components = [
            Component("calls to services", start: {}, stop: { await connections.close() }),
            component(server, configuration, frame.log),
        ]
        return (components, [certificates.job(for: server)])
    }

    private static func component(_ server: HTTPServer, _ configuration: Configuration, _ log: Log) -> Component {
        let grace = configuration[ProgramOptions.drainTimeout] * drainShare
        return Component(
            "requests",
            start: {
                let address = try server.listen(
                    on: configuration[WebOptions.listen], proxies: configuration[ProgramOptions.proxies] ?? [])
                log.info("listening", ["address": "\(address)"])
            }, stop: { await server.shutdown(grace: grace) })
    }

    /// The origin of the option, or that of the port.
    private static func origin(_ configuration: Configuration) -> String {
        let scheme = configuration[WebOptions.certificate] == nil ? "http" : "https"
        return configuration[WebOptions.origin] ?? "\(scheme)://\(configuration[WebOptions.listen])"
    }
}
