import Kernel
import RPC

extension TestService {
    /// The actions in the log, after the job has chained them.
    package func actions(_ filter: ListActionsRequest = ListActionsRequest()) async throws -> [OperatorAction] {
        try await run("actions")
        let client = ActionsClient(client(of: .operator))
        var (request, actions): (ListActionsRequest, [OperatorAction]) = (filter, [])
        while true {
            let page = try await client.listActions(request)
            actions += page.actions
            guard page.hasMore, let last = page.actions.last else { return actions }
            request.afterSerial = last.serial
        }
    }
}
