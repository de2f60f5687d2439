"""The demo: a small world made once, and on every run a warning sent through the whole path and checked as a parent would."""

from service.standalone.demo.checking import Checked, check_one
from service.standalone.demo.seeding import DemoFileLost, SeededWorld, seed
from service.standalone.demo.sending import Sent, import_lists, send_sample
from service.standalone.demo.story import tell

__all__ = ["Checked", "DemoFileLost", "SeededWorld", "Sent", "check_one", "import_lists", "seed", "send_sample", "tell"]
