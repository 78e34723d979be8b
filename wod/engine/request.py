"""What a backend is asked to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal, cast, get_args

Verb = Literal["CREATE", "CLEANUP", "RESET", "PURGE"]
VERBS: tuple[Verb, ...] = get_args(Verb)


@dataclass(frozen=True)
class Request:
    """One accepted order.

    ``id`` names it everywhere and sorts by the time of arrival. ``first`` and ``last`` are local student numbers (the N
    of ``studentN``), the same except for a RESET of a range; both are 0 when the student is to be looked up from the
    customer (the ``RESET [object Promise] 7`` of the original api-db, contract section 17). ``customer`` is 0 for an
    operator's test. ``workshop`` is ``WKSHP-x`` or ``CHLG-x``. ``received`` is in seconds since 1970.
    """

    id: str
    verb: Verb
    first: int
    last: int
    customer: int
    email: str
    workshop: str
    received: float
    client: str = ""
    signed: bool = True

    @property
    def students(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def notebook(self) -> str:
        """The workshop's directory: challenges are the same directory in another mode."""
        return "WKSHP-" + self.workshop.removeprefix("CHLG-").removeprefix("WKSHP-")

    @property
    def mode(self) -> Literal["WKSHP", "CHLG"]:
        """MODEWS: how the notebooks are rendered."""
        return "CHLG" if self.workshop.startswith("CHLG-") else "WKSHP"

    def dump(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Request:
        """:class:`ValueError` for anything that :meth:`dump` would not have written."""
        try:
            request = cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(str(error)) from error
        numbers = (request.first, request.last, request.customer)
        if request.verb not in VERBS or not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError(f"{request.id}: not a request")
        return cast(Request, request)
