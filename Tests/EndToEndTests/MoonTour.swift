import TestSupport

/// A sale of the operator carol: one date with a waiting room and a hall.
extension Onsale {
    static let hall = """
        # section, rows, numbers, grade, price
        Stalls, 1-2, 1-20, A, 89.00
        Balcony, A-B, 1-10, B, 45.50
        """

    func putOnSale(active: Int = 0, hall: String = Onsale.hall, flags: String = "") async throws {
        try await expect("admin credential --keys \(folder.path)/keys", as: "carol")
        try await expect("admin room create sale --active \(active)", as: "carol")
        try await expect("admin room open sale", as: "carol")
        try await expect("admin concert create moon-tour --title Moon --host Records", as: "carol")
        try await addDate("moon-tour/friday", room: "sale", hall: hall, flags: flags)
    }

    func addDate(_ name: String, room: String, hall: String = Onsale.hall, flags: String = "") async throws {
        // Far in the future, so that the sale is open and returns are allowed.
        let times = [
            "--starts", "2090-12-25 20:00", "--ends", "2090-12-25 23:00", "--cancel-until", "2090-12-20 12:00",
            "--zone", "Europe/Berlin",
        ]
        let added = try await run(
            ["admin", "schedule", "add", name, "--room", room] + times + flags.split(separator: " ").map(String.init),
            as: "carol")
        guard added.exit == 0 else { throw added }
        folder.write(hall, to: "hall.csv")
        try await expect("admin seats set \(name) --hall \(folder.path)/hall.csv", as: "carol")
    }

    /// Signs up a user, and tops up the wallet.
    func signUp(_ user: String, with amount: String = "200 EUR") async throws {
        try await expect("sign-up \(user)", as: user)
        try await expect("top-up \(amount)", as: user)
    }

    func available(_ user: String) async throws -> Int {
        try await expect("balance", as: user)[0]["available"]["minorUnits"].number
    }
}
