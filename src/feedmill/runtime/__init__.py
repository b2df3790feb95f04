"""feedmill.runtime."""
