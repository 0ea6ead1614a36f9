"""`locust -f scenarios/<system>/locustfile.py --stacks … --stack …` by hand or with the web UI, leaving a recording.

In one process, or with `--master` and `--worker` on as many machines as it takes; every process is given the same
stacks file and plan. Not here: what each of them does (`workers/hand_*.py`).
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from harness.execute.workers.hand_alone import HandAlone
from harness.execute.workers.hand_asked import asked
from harness.execute.workers.hand_master import HandMaster
from harness.execute.workers.hand_worker import HandWorker
from harness.execute.workers.share import DriversFor
from harness.execute.workers.visit import Host
from harness.model import Pack


def by_hand(options: Namespace, pack: Pack, drivers_for: DriversFor, environment: Environment) -> Iterator[Host]:
    """What receives Locust's users in this process; a master receives none."""
    wanted, runner = asked(options, pack), environment.runner
    if isinstance(runner, MasterRunner):
        HandMaster(options, wanted, drivers_for, runner)
    elif isinstance(runner, WorkerRunner):
        yield HandWorker(options, wanted, drivers_for, runner)
    else:
        yield HandAlone(options, wanted, drivers_for, environment)
