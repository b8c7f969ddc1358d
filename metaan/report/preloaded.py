"""What draws, loaded by being imported: for the process from which those that draw are forked."""

from metaan.report.processes import load_rooms

load_rooms()
