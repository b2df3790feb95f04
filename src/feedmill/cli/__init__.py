"""feedmill.cli."""
