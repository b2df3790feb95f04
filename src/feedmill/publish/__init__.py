"""feedmill.publish."""
