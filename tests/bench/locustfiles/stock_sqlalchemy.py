"""What a Locust user is usually made of for a database: SQLAlchemy Core, psycopg2 with a wait callback, an event each.

The address comes in the environment, `BENCH_URL`; the last line says what was done in `BENCH_SECONDS`. Nothing of ours.
"""

import os
import random
import time

import psycopg2.extensions
from gevent.socket import wait_read, wait_write
from locust import User, events, task
from sqlalchemy import bindparam, create_engine, select

from tests.bench.locustfiles.counting import counted
from tests.bench.simple_packs import DRUG, MANY, ROWS


def wait(connection):
    while True:
        state = connection.poll()
        if state == psycopg2.extensions.POLL_OK:
            return
        if state == psycopg2.extensions.POLL_READ:
            wait_read(connection.fileno())
        else:
            wait_write(connection.fileno())


psycopg2.extensions.set_wait_callback(wait)
engine = create_engine(os.environ["BENCH_URL"], pool_size=50)
statement = select(DRUG).where(DRUG.c.id == bindparam("id"))
counted(events)


class SqlalchemyUser(User):
    @task
    def work(self):
        with engine.connect() as connection:
            for _ in range(MANY if os.environ["BENCH_SHAPE"] == "many" else 1):
                began = time.perf_counter()
                assert len(connection.execute(statement, {"id": random.randrange(ROWS)}).fetchall()) == 1
                self.environment.events.request.fire(
                    request_type="sql",
                    name="by_key",
                    response_time=(time.perf_counter() - began) * 1e3,
                    response_length=0,
                    exception=None,
                    context={},
                )
            connection.commit()
