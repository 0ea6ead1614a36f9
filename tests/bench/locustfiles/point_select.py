"""`tests.bench.simple_packs.POINT_SELECT` under load."""

from drivers import messages, sql
from harness.execute.locust_engine import hospital_user
from tests.bench.simple_packs import POINT_SELECT

PointSelectUser = hospital_user(POINT_SELECT, sql.driver_for, messages.driver_for)
