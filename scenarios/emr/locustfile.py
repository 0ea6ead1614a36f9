"""EMR under load: `locust -f scenarios/emr/locustfile.py --stacks stacks.toml --stack migrated -u 50 -r 10 -t 1m`.

The second composition root beside `harness/cli`: the only other place where a pack and the drivers meet.
"""

from drivers import messages, sql
from harness.execute.locust_engine import hospital_user
from scenarios.emr.pack import PACK

EmrUser = hospital_user(PACK, sql.driver_for, messages.driver_for)
