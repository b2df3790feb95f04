"""feedmill.render."""
