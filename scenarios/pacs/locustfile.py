"""PACS under load: `locust -f scenarios/pacs/locustfile.py --stacks stacks.toml --stack migrated -u 16 -r 4 -t 1m`.

The second composition root beside `harness/cli`: the only other place where a pack and the drivers meet.
"""

from drivers import messages, sql
from harness.execute.locust_engine import hospital_user
from scenarios.pacs.pack import PACK

PacsUser = hospital_user(PACK, sql.driver_for, messages.driver_for)
