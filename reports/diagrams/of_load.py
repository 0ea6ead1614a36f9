"""All charts of the load pass: drawn once, shown by `report.html` and by the documents. Not here: any one chart."""

from __future__ import annotations

from dataclasses import dataclass

from harness.result import Result, Series
from reports.diagrams import loads, over_time, times
from reports.diagrams.drawing import Drawing
from reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """In the order of a report."""

    ratios: tuple[Drawing, ...]
    percentiles: tuple[Drawing, ...]
    distributions: tuple[Drawing, ...]
    throughputs: tuple[Drawing, ...]
    capacities: tuple[Drawing, ...]
    heat_maps: tuple[Drawing, ...]
    resources: tuple[Drawing, ...]

    @property
    def all(self) -> tuple[Drawing, ...]:
        return (
            *self.ratios, *self.percentiles, *self.distributions, *self.throughputs, *self.capacities,
            *self.heat_maps, *self.resources,
        )  # fmt: skip


def charts(result: Result, series: Series, words: Words) -> Charts:
    """They take seconds: most of what a report costs."""
    return Charts(
        ratios=times.ratios(result, words),
        percentiles=times.percentiles(result, series, words),
        distributions=times.distributions(result, series, words),
        throughputs=loads.throughputs(result, words),
        capacities=loads.capacities(result, words),
        heat_maps=over_time.heat_maps(result, series, words),
        resources=over_time.resources(result, series, words),
    )
