"""What the runs against faults, hostile input and time found, kept as JSON for docs/reliability.md."""
