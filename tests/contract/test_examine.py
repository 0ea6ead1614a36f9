"""What `xinheng doctor` and the behaviour probes ask of a driver."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.sql.grammar import Question
from drivers.sql.registry import PRODUCTS, product
from harness.model import ReplyKind
from harness.ports import Session
from tests.contract.targets import Target

_COMMON = {"charset", "charset_bytes", "collation", "identifier_case", "timezone", "utc_offset", "isolation",
           "lock_timeout", "read_only", "case_insensitive", "pads_blanks", "empty_is_null"}  # fmt: skip
# Asked for only where there is something to ask: the product's own client, and a schema like the present one.
_OPTIONAL = {"autocommit_off", "scratch_like"}


def test_common_facts(target: Target) -> None:
    found = target.driver.examine()
    told = target.driver.identify()
    assert (found.facts.banner, found.facts.driver) == (told.banner, told.driver)
    assert set(found.common) >= _COMMON
    assert all(isinstance(answer, str) for answer in found.common.values())
    assert found.common["identifier_case"] in {"lower", "upper", "sensitive", "insensitive"}
    assert -43_200 <= float(found.common["utc_offset"]) <= 50_400
    assert float(found.common["lock_timeout"]) >= -1
    assert {found.common[name] for name in ("case_insensitive", "pads_blanks", "empty_is_null")} <= {"0", "1"}
    assert found.common["empty_is_null"] == str(int(target.traits.empty_text_is_null))
    assert 0 < found.round_trip_ms < 1000
    assert found.domestic == target.product.domestic


def test_the_clock_is_read_to_the_second(target: Target) -> None:
    offset = target.driver.examine().clock_offset_s
    assert offset is not None
    if target.way != "other":  # on this machine
        assert abs(offset) < 0.5


def test_who_owns_the_database_may_make_tables_in_it(created: Target) -> None:
    granted = created.driver.examine().privileges
    assert granted
    assert all(granted.values()), granted


def test_a_plain_session_meets_the_servers_own_defaults(target: Target, connect: Callable[..., Session]) -> None:
    """What `examine` reports is what such a session sees, and not what our sessions are told."""

    def seen(session: Session) -> dict[str, str]:
        return {name: _asked(target, session, target.driver.grammar.facts[name]) for name in ("timezone", "isolation")}

    plain, common = seen(connect(plain=True)), target.driver.examine().common
    assert plain == {name: common[name] for name in plain}
    if target.product.id in {"postgresql", "mariadb"} and target.ours:  # whose defaults are not what sessions are told
        assert plain != seen(connect())


def _asked(target: Target, session: Session, question: Question) -> str:
    for sql in (question,) if isinstance(question, str) else question:
        reply = target.run(session, sql)
        session.rollback()
        if reply.rows:
            return str(reply.rows[0][0])
    raise AssertionError(question)


@pytest.mark.capability("server_sleep")
@pytest.mark.capability("statement_timeout")
def test_a_plain_session_has_the_statement_timeout(target: Target, connect: Callable[..., Session]) -> None:
    reply = connect(plain=True, statement_timeout_s=0.3).execute(target.driver.sleep(3), ())
    assert reply.kind is ReplyKind.TIMED_OUT


def test_words_of_sessions_are_understood(target: Target, connect: Callable[..., Session]) -> None:
    words = target.driver.words()
    session = connect()
    for name in ("read_uncommitted", "read_committed", "repeatable_read", "serializable", "lock_timeout_1s"):
        assert target.run(session, words[name]).kind is ReplyKind.OK, name
        session.rollback()
    offset = target.run(session, "SELECT {utc_offset_hours}{dual}").rows[0][0]
    assert int(offset) == (0 if target.lacks("session_time_zone") else 8)


def test_scratch_schemas(target: Target, connect: Callable[..., Session]) -> None:
    """Made, used and dropped, and what was there before is left alone."""
    words = {name: text.replace("{name}", "contract_scratch") for name, text in target.driver.words().items()}
    if not words["scratch_make"]:
        assert not words["scratch_use"]
        return
    like = words.get("scratch_like", "")
    session = connect(plain=True)
    if like:
        answer = str(target.run(session, like).rows[0][0])
        words = {name: text.replace("{like}", answer) for name, text in words.items()}
    for step in ("scratch_make", "scratch_use"):
        reply = target.run(session, words[step])
        assert reply.kind is ReplyKind.OK, reply.message
        session.commit()
    assert target.run(session, "CREATE TABLE contract_patient (only_here {int})").kind is ReplyKind.OK
    assert target.run(session, "SELECT only_here FROM contract_patient").kind is ReplyKind.OK
    session.commit()
    assert target.run(session, words["scratch_drop"]).kind is ReplyKind.OK
    session.commit()
    assert target.run(connect(), "SELECT only_here FROM contract_patient").kind is not ReplyKind.OK


@pytest.mark.parametrize("name", PRODUCTS)
def test_every_product_knows_every_word(name: str) -> None:
    """A probe's script is written once: a word that one family knows and another does not would be an error there."""
    every = {word for other in PRODUCTS for word in product(other).grammar.words} - _OPTIONAL
    assert every - set(product(name).grammar.words) == set()
