"""Words that answers hold beside those of the trade: how far people came, which seats are idle, whether seats run out."""

from lc_core.language import N_
from lc_core.words import Word


class Step(Word):
    """How far somebody came, in this order (R-ANA-2)."""

    INVITED = "invited", N_("Invited")
    ACCEPTED = "accepted", N_("Accepted")
    ENROLLED = "enrolled", N_("Enrolled")
    STARTED = "started", N_("Started")
    COMPLETED = "completed", N_("Completed")


class Idle(Word):
    """Why a seat that is asked for or held does nobody any good."""

    SILENT = "silent", N_("Invited, no answer")
    ACCEPTED = "accepted", N_("Accepted, never enrolled")
    NOT_STARTED = "not_started", N_("Enrolled, nothing started")


class Verdict(Word):
    """Whether the seats of a contract run out (R-ANA-4)."""

    FULL = "full", N_("Full")
    RUNS_OUT = "runs_out", N_("Runs out")
    NOT_BEFORE_END = "not_before_end", N_("Not before the end date")
    NO_PACE = "no_pace", N_("No seats taken lately")


class Movement(Word):
    """What is counted in a period and in the one before it, in this order."""

    SEATS_TAKEN = "seats_taken", N_("Seats taken")
    SEATS_RETURNED = "seats_returned", N_("Seats returned")
    INVITED = "invited", N_("Invited")
    ACCEPTED = "accepted", N_("Accepted")
    ENROLLED = "enrolled", N_("Enrolled")
    COMPLETED = "completed", N_("Completed")
