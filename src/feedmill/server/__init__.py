"""feedmill.server."""
