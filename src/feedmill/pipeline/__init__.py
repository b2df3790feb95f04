"""feedmill.pipeline."""
