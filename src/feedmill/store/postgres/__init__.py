"""feedmill.store.postgres: the store in a database, for several nodes; the second form of the port."""
