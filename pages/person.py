"""One person: how their account stands, what they may do, and what is held on them."""

from lc_core import people_lists
from pages import _frame, _person, _places

_frame.visitor(_places.manages_place)
_person.show(_frame.found(people_lists.one, _frame.number_asked_for("person")))
