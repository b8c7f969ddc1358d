"""One network meta-analysis of a plain CSV file: choose, compute, write."""
