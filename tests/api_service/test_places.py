"""Places for what lasts, so many for each account."""

from contextlib import ExitStack
from uuid import uuid4

import pytest

from api_service.places import Places
from shared.errors import Unavailable


def test_an_account_has_its_places_and_no_more() -> None:
    places = Places(2, Unavailable)
    ada, bob = uuid4(), uuid4()
    with ExitStack() as stack:
        stack.enter_context(places.taken(ada))
        with places.taken(ada), pytest.raises(Unavailable, match="At most 2"), places.taken(ada):
            pass
        # One that is free again can be taken, and those of others were never taken.
        stack.enter_context(places.taken(ada))
        stack.enter_context(places.taken(bob))
