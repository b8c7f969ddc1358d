"""Other people's files as the tables of a review: plain CSV, workbooks, RevMan's packages and XML."""
