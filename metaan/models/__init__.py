"""Effects and variances become fits."""
