"""feedmill.seeds."""
