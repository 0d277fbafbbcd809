/// Implements `onsale.health.v1.Health` for the services of one server.
struct HealthOfServer: Sendable {
    let services: [String]
    let isServing: @Sendable (_ service: String) -> Bool

    var routes: [Route] {
        [Route(HealthMethods.check) { request, _ in check(request) }]
    }

    private func check(_ request: CheckRequest) -> CheckReply {
        if request.service.isEmpty {
            return CheckReply(status: services.allSatisfy(isServing) ? .serving : .notServing)
        }
        guard services.contains(request.service) else { return CheckReply(status: .serviceUnknown) }
        return CheckReply(status: isServing(request.service) ? .serving : .notServing)
    }
}
