"""`tests.bench.simple_packs.POSTS` under load."""

from drivers import messages, sql
from harness.execute.locust_engine import hospital_user
from tests.bench.simple_packs import POSTS

PostsUser = hospital_user(POSTS, sql.driver_for, messages.driver_for)
