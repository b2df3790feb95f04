"""feedmill.model."""
