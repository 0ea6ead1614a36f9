"""What a person's options ask for: which pack, which plan, which stacks, which level. The same in every process."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass

from harness.execute.site import refuse_protected, refuse_unreachable, refuse_without_database
from harness.hospital_day import settled
from harness.model import Pack, Role, Stack
from harness.settings import Plan, load_plan, load_stacks, plan_as_dict
from harness.settings_load import Level

DEFAULT_PLAN = "smoke"  # Locust has an option --profile of its own, without a default; we read a plan in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A load run by hand."""

    pack: Pack
    plan: Plan
    stacks: Mapping[Role, Stack]  # of the file
    roles: tuple[Role, ...]  # that are put under load, side by side
    level: Level

    @property
    def digest(self) -> str:
        """What master and workers have to agree on."""
        parts = [self.pack.name, self.pack.version, repr(self.roles), repr(plan_as_dict(self.plan)), self.level.name]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def rate_of_user(self) -> float:
        """Transactions per second that one user begins."""
        level = self.level
        return level.rate_per_s / level.users if level.rate_per_s else 1 / level.think_s


def asked(options: Namespace, pack: Pack) -> Asked:
    """Raises BadInput where it cannot be done."""
    roles = tuple(Role) if options.stack == "both" else (Role(options.stack),)
    plan = settled(load_plan(options.profile or DEFAULT_PLAN), [pack])
    stacks = load_stacks(options.stacks)
    chosen = {role: stacks[role] for role in roles}
    refuse_protected(chosen)
    refuse_without_database(chosen, [pack])
    for stack in chosen.values():
        refuse_unreachable(stack.endpoints, [pack])
    levels = plan.load.levels_of(pack.name) or plan.load.levels
    level = next((level for level in levels if level.name == options.level), levels[-1])
    return Asked(pack=pack, plan=plan, stacks=stacks, roles=roles, level=level)
