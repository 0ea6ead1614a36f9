"""The calibration under load; started by `harness.execute.calibration_load` with a block's specification."""

import argparse
from pathlib import Path

from drivers import messages, sql
from harness.execute.block_spec import read_spec
from harness.execute.locust_engine import hospital_user
from scenarios.calibration.pack import OVER_HTTP, OVER_SQL

_parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
_parser.add_argument("--block", required=True)
_spec = read_spec(Path(_parser.parse_known_args()[0].block))
CalibrationUser = hospital_user(OVER_HTTP if _spec.endpoints else OVER_SQL, sql.driver_for, messages.driver_for)
