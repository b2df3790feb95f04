"""feedmill.catalog."""
