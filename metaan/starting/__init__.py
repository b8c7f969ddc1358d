"""A review to start from: the small example, or one made of a file; written all at once."""
