"""The whole report: analysis, files out, and their proof."""
