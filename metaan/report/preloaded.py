"""Every room that draws, loaded by being imported: for the process from which those that draw are forked."""

import gc
import logging
from importlib import import_module

from metaan.report.drawings import ROOMS

gc.disable()  # what is loaded stays: searching it for garbage takes a quarter of the time
logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its files is no news
for _room in ROOMS:
    import_module(f"metaan.figures.{_room}")
