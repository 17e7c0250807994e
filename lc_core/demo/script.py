"""What the demo's year holds: its activities, its contracts with their fate, and what was bought in the shop."""

from dataclasses import dataclass

from lc_core.vocabulary import ActivityKind, ContractType, OverInvitation, SeatRelease

ACTIVITIES = {
    "SAFE-01": ("Safety at work", ActivityKind.ONLINE),
    "SAFE-02": ("First aid refresher", ActivityKind.CLASSROOM),
    "SAFE-03": ("Working at height", ActivityKind.CLASSROOM),
    "DATA-01": ("Data protection essentials", ActivityKind.ONLINE),
    "DATA-02": ("Reading numbers with confidence", ActivityKind.ONLINE),
    "DATA-03": ("Spreadsheets that explain themselves", ActivityKind.ONLINE),
    "LEAD-01": ("Leading your first team", ActivityKind.ONLINE),
    "LEAD-02": ("Difficult conversations", ActivityKind.CLASSROOM),
    "LEAD-03": ("Certified team leader", ActivityKind.CERTIFICATION),
    "CARE-01": ("Person-centred care", ActivityKind.ONLINE),
    "CARE-02": ("Infection control", ActivityKind.ONLINE),
    "CARE-03": ("Medication safety", ActivityKind.CERTIFICATION),
    "LANG-01": ("Everyday English", ActivityKind.ONLINE),
    "LANG-02": ("Writing clear e-mails", ActivityKind.ONLINE),
    "CODE-01": ("Programming for beginners", ActivityKind.ONLINE),
    "CODE-02": ("Testing what you build", ActivityKind.ONLINE),
    "GREEN-01": ("Energy at the workplace", ActivityKind.ONLINE),
    "PROJ-01": ("Running a small project", ActivityKind.CERTIFICATION),
}


@dataclass(frozen=True)
class Part:
    """One contract of the demo.

    `start`, `days`: its first day counted from today, and how long it lasts (0: without end); `invited`: people;
    `keen`: the share of them who enroll; `topics`: prefixes of its activities' codes; `admin`: which contract admin.
    """

    code: str
    title: str
    kind: ContractType
    seats: int
    start: int
    days: int
    invited: int
    keen: float
    topics: tuple[str, ...]
    admin: int
    code_required: bool = False
    limit: int = 0
    block: bool = False
    release: SeatRelease = SeatRelease.NEVER
    group: str = ""

    @property
    def over_invitation(self) -> OverInvitation:
        return OverInvitation.BLOCK if self.block else OverInvitation.WARN


V, S, U = ContractType.VOUCHER, ContractType.SUBSCRIPTION, ContractType.UNLIMITED
IF_NOT_STARTED, ALWAYS = SeatRelease.IF_NOT_STARTED, SeatRelease.ALWAYS
PARTS = (
    Part(
        "HARBOUR-SAFE",
        "Harbour Logistics: safety passport",
        V,
        260,
        -330,
        420,
        160,
        0.7,
        ("SAFE",),
        0,
        group="Logistics",
    ),
    Part(
        "HARBOUR-LEAD",
        "Harbour Logistics: team leaders",
        S,
        40,
        -200,
        380,
        44,
        0.8,
        ("LEAD",),
        0,
        True,
        group="Logistics",
    ),
    Part(
        "NORTH-CARE",
        "Northside Care: induction 2026",
        S,
        180,
        -300,
        365,
        170,
        0.85,
        ("CARE", "SAFE-01"),
        0,
        group="Health",
    ),
    Part(
        "NORTH-MEDS",
        "Northside Care: medication certificate",
        V,
        60,
        -150,
        170,
        75,
        0.75,
        ("CARE-03",),
        0,
        group="Health",
    ),
    Part("ELM-OPEN", "Elm Street Libraries: open learning", U, 120, -340, 700, 190, 0.6, ("LANG", "DATA", "CODE"), 0),
    Part("ELM-DATA", "Elm Street Libraries: data skills", V, 90, -100, 112, 50, 0.5, ("DATA",), 0, limit=2),
    Part(
        "BRIGHT-CODE",
        "Brightwater College: first code",
        S,
        200,
        -280,
        290,
        230,
        0.7,
        ("CODE",),
        0,
        True,
        release=ALWAYS,
    ),
    Part("BRIGHT-STAFF", "Brightwater College: staff wellbeing", U, 75, -60, 365, 60, 0.55, ("LEAD-02", "GREEN"), 0),
    Part(
        "SOLAR-GREEN",
        "Solar Cooperative: energy week",
        V,
        150,
        -20,
        45,
        120,
        0.4,
        ("GREEN",),
        0,
        release=IF_NOT_STARTED,
    ),
    Part("SOLAR-PM", "Solar Cooperative: project certificate", V, 25, -120, 300, 40, 0.8, ("PROJ",), 0, block=True),
    Part("QUILL-LANG", "Quill Publishing: clear writing", S, 80, -250, 256, 70, 0.75, ("LANG",), 1),
    Part("QUILL-LEAD", "Quill Publishing: new managers", V, 45, -90, 240, 20, 0.7, ("LEAD",), 1, limit=2),
    Part("METRO-SAFE", "Metro Transit: depot safety", S, 400, -345, 352, 380, 0.9, ("SAFE",), 1, group="Transport"),
    Part("METRO-OPEN", "Metro Transit: learning for everyone", U, 300, -180, 0, 340, 0.5, ("LANG", "CODE", "DATA"), 1),
    Part(
        "METRO-DRIVE",
        "Metro Transit: first aid for drivers",
        V,
        220,
        -80,
        365,
        200,
        0.6,
        ("SAFE-02",),
        1,
        group="Transport",
    ),
    Part("ORCHID-CARE", "Orchid Hospice: care certificate", S, 35, -210, 400, 35, 1.0, ("CARE",), 2, group="Health"),
    Part("ORCHID-VOL", "Orchid Hospice: volunteers", U, 50, -130, 365, 45, 0.7, ("CARE-01", "SAFE-02"), 2, True),
    Part(
        "CEDAR-DATA",
        "Cedar Council: data protection for all",
        S,
        500,
        -310,
        365,
        470,
        0.8,
        ("DATA-01",),
        2,
        group="Public",
    ),
    Part(
        "CEDAR-GREEN", "Cedar Council: green office", V, 100, -40, 100, 70, 0.3, ("GREEN", "DATA-02"), 2, group="Public"
    ),
    Part(
        "CEDAR-LEAD", "Cedar Council: leadership pool", V, 60, -220, 223, 25, 0.9, ("LEAD",), 2, limit=3, group="Public"
    ),
    Part("LUMEN-CODE", "Lumen Studio: test what you build", V, 30, -160, 400, 28, 0.9, ("CODE",), 3, True),
    Part("LUMEN-PM", "Lumen Studio: project basics", S, 15, -70, 200, 22, 0.8, ("PROJ",), 3),
    Part(
        "VALE-SAFE",
        "Vale Construction: heights",
        V,
        140,
        -290,
        260,
        130,
        0.85,
        ("SAFE-03", "SAFE-01"),
        3,
        group="Construction",
    ),
    Part(
        "VALE-2025", "Vale Construction: induction 2025", S, 90, -360, 200, 80, 0.9, ("SAFE",), 3, group="Construction"
    ),
    Part(
        "FERN-OLD", "Fern Retail: spring programme", V, 120, -350, 150, 90, 0.5, ("LANG", "DATA-03"), 3, group="Retail"
    ),
    Part("FERN-OPEN", "Fern Retail: open shelves", U, 60, -355, 300, 66, 0.7, ("LANG", "GREEN"), 3, group="Retail"),
    Part("FERN-2027", "Fern Retail: programme 2027", V, 150, 40, 365, 0, 0.0, ("LANG", "DATA-03"), 3, group="Retail"),
    Part(
        "NORTH-2027", "Northside Care: induction 2027", S, 200, 39, 365, 0, 0.0, ("CARE", "SAFE-01"), 0, group="Health"
    ),
    Part("ELM-NEW", "Elm Street Libraries: makers' evenings", V, 40, -3, 180, 0, 0.0, ("CODE",), 0),
    Part("CEDAR-NEXT", "Cedar Council: digital council", U, 250, 12, 500, 0, 0.0, ("DATA", "CODE"), 2, group="Public"),
)


@dataclass(frozen=True)
class Sale:
    """An order of the shop, and the contract that it makes.

    Of the contract, `code` is the order id, `start` the day of the purchase, `admin` one of the BUYERS; an empty title is
    left to the activity.

    `at_first`, `again`: how many seats were bought, where the order came again that day with as many as there are now.
    """

    part: Part
    at_first: int = 0
    again: int = 0


SALES = (
    Sale(
        Part("SHOP-1042", "Kestrel Bakery: first aid", V, 24, -210, 365, 20, 0.8, ("SAFE-02",), 0),
        at_first=12,
        again=-150,
    ),
    Sale(Part("SHOP-1187", "Kestrel Bakery: safety at work", V, 10, -90, 180, 8, 0.7, ("SAFE-01",), 0)),
    Sale(Part("SHOP-1203", "Willow Dental: infection control", V, 15, -75, 0, 15, 0.9, ("CARE-02",), 1)),
    Sale(Part("SHOP-1311", "", V, 5, -1, 365, 0, 0.0, ("PROJ-01",), 2)),
)
"""Two of them by the same buyer, one told again with more seats, and one so new that nobody was invited yet."""
