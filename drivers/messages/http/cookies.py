"""The cookies of one session with one host, as RFC 6265 keeps them. Not here: those of other hosts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    value: str
    path: str
    until: float | None  # seconds since 1970


class Cookies:
    """What the server asked to be told again."""

    __slots__ = ("_host", "_kept")

    def __init__(self, host: str) -> None:
        self._host = host.lower()
        self._kept: dict[tuple[str, str], _Cookie] = {}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def take(self, line: str, target: str) -> None:
        """One Set-Cookie line of the answer to a request for `target`."""
        pair, *attributes = line.split(";")
        name, equals, value = pair.strip().partition("=")
        if not equals or not name:
            return
        told = {key.strip().lower(): text.strip() for key, _, text in (each.partition("=") for each in attributes)}
        domain = told.get("domain", "").lstrip(".").lower()
        if domain and self._host != domain and not self._host.endswith(f".{domain}"):
            return
        path = told.get("path", "")
        if not path.startswith("/"):
            path = target.partition("?")[0].rpartition("/")[0] or "/"
        until = _until(told)
        if until is not None and until <= time.time():
            self._kept.pop((name, path), None)
        else:
            self._kept[name, path] = _Cookie(value=value.strip(), path=path, until=until)

    def header(self, target: str) -> str:
        """The Cookie line for a request, "" where nothing fits; the longest path first."""
        path, now = target.partition("?")[0], time.time()
        fitting = [
            (name, cookie)
            for (name, _), cookie in self._kept.items()
            if _within(path, cookie.path) and (cookie.until is None or cookie.until > now)
        ]
        fitting.sort(key=lambda each: -len(each[1].path))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in fitting)


def _within(path: str, folder: str) -> bool:
    return path == folder or (path.startswith(folder) and (folder.endswith("/") or path[len(folder)] == "/"))


def _until(told: dict[str, str]) -> float | None:
    """Max-Age goes before Expires; what cannot be read lasts as long as the session."""
    try:
        if "max-age" in told:
            return time.time() + int(told["max-age"])
        return parsedate_to_datetime(told["expires"].replace("-", " ")).timestamp() if "expires" in told else None
    except ValueError:
        return None
