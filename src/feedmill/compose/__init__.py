"""feedmill.compose."""
