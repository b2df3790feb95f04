"""feedmill.config."""
