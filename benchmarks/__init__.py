"""Speed and quality, measured: `python -m benchmarks` prints a table for each."""
