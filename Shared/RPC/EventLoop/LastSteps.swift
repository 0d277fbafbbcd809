/// Long steps that wait until a turn has nothing else to do.
struct LastSteps {
    /// A larger array gives back its memory when all steps are made.
    private static let keptCapacity = 1024

    /// Those before `next` are made.
    private var steps: [(() -> Void)?] = []
    private var next = 0

    var isEmpty: Bool { steps.isEmpty }

    mutating func append(_ step: @escaping () -> Void) {
        steps.append(step)
    }

    mutating func takeNext() -> (() -> Void)? {
        guard !steps.isEmpty else { return nil }
        let step = steps[next]
        steps[next] = nil
        next += 1
        if next == steps.count {
            steps.removeAll(keepingCapacity: steps.count < Self.keptCapacity)
            next = 0
        }
        return step
    }
}
