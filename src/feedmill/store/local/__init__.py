"""feedmill.store.local: the store in a folder, with its ledger; the first form of the port."""
