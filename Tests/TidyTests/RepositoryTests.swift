import Testing

/// Every rule holds in this repository.
@Suite struct RepositoryTests {
    @Test func `no hand-written file is longer than 300 lines`() { expectNone(SizeRules.longFiles) }

    @Test func `no function is longer than 50 lines`() { expectNone(SizeRules.longFunctions) }

    @Test func `the top level holds the agreed names only`() { expectNone(ShapeRules.topLevel) }

    @Test func `every context has the same shape`() { expectNone(ContextRules.shape) }

    @Test func `each RPC has its handler in Calls`() { expectNone(ContextRules.calls) }

    @Test func `each RPC has its tests`() { expectNone(ContextRules.tests) }

    @Test func `all SQL of a context lies in its store`() { expectNone(StatementRules.places) }

    @Test func `a state in SQL is the case of its enum`() { expectNone(StatementRules.states) }

    @Test func `every limit has a name`() { expectNone(StatementRules.limits) }

    @Test func `ids are typed`() { expectNone(ContractRules.ids) }

    @Test func `secrets stay out of logs`() { expectNone(ContractRules.secrets) }

    @Test func `messages are plain nouns`() { expectNone(ContractRules.names) }

    @Test func `no file has an empty name`() { expectNone(ShapeRules.emptyNames) }

    @Test func `modules import what their layer allows`() { expectNone(ShapeRules.imports) }

    @Test func `prose is plain English`() { expectNone(LanguageRules.dialect) }

    @Test func `no work is left unfinished`() { expectNone(LanguageRules.unfinished) }

    @Test func `the repository is read as a whole`() {
        #expect(Tree.repository.paths(in: Folders.swift).count > 500)
        #expect(Tree.repository.files["Shared/Kernel/ID.swift"]?.contains("struct ID") == true)
    }

    private func expectNone(_ rule: (Tree) -> [Violation], sourceLocation: SourceLocation = #_sourceLocation) {
        let violations = rule(.repository)
        let list = violations.map(\.description).joined(separator: "\n")
        #expect(violations.isEmpty, "\(list)", sourceLocation: sourceLocation)
    }
}
