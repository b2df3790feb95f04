"""Benchmarks of feedmill and its peers: run them as modules, `python -m benchmarks.cold`, or `make bench`."""
