"""Every word of the trade, spelled once, each beside what people read for it (reasons for a no: `reasons.py`)."""

from lc_core.language import N_
from lc_core.words import Word


class ContractType(Word):
    """Fixed when the contract is created (R-CON-4); it decides what one seat is for (R-SEAT-1..3)."""

    VOUCHER = "voucher", N_("Voucher")
    SUBSCRIPTION = "subscription", N_("Subscription")
    UNLIMITED = "unlimited", N_("Unlimited")


class ContractStatus(Word):
    """Computed from the clock, never stored (R-CON-7); Archived is what an administrator said (R-CON-12)."""

    ACTIVE = "active", N_("Active")
    EXPIRED = "expired", N_("Expired")
    FUTURE = "future", N_("Future")
    ARCHIVED = "archived", N_("Archived")


class InvitationStatus(Word):
    """Computed, first match wins, in this order (R-INV-1)."""

    DEALLOCATED = "deallocated", N_("De-allocated")
    REVOKED = "revoked", N_("Revoked")
    ENROLLED = "enrolled", N_("Enrolled")
    ACCEPTED = "accepted", N_("Accepted")
    EXPIRED = "expired", N_("Expired")
    NOT_REGISTERED = "not_registered", N_("Not Registered")
    OUTSTANDING = "outstanding", N_("Outstanding")


class DealStatus(Word):
    """What an unlimited contract's page calls the statuses of its invitations (R-INV-2)."""

    PENDING = "pending", N_("Pending")
    ACCEPTED = "accepted", N_("Accepted")
    EXPIRED = "expired", N_("Expired")
    REVOKED = "revoked", N_("Revoked")
    DEALLOCATED = "deallocated", N_("De-allocated")


class Source(Word):
    """How an invitation came about."""

    ADMIN = "admin", N_("Invited")
    CODE = "code", N_("Used the code")
    IMPORT = "import", N_("Imported")


class ActivityKind(Word):
    ONLINE = "online", N_("Online course")
    CLASSROOM = "classroom", N_("Instructor-led class")
    CERTIFICATION = "certification", N_("Certification programme")


class EnrollmentStatus(Word):
    """R-ENR-1. All of them but Withdrawn hold a seat; a withdrawn one may."""

    WAITLISTED = "waitlisted", N_("Waitlisted")
    PENDING_APPROVAL = "pending_approval", N_("Pending approval")
    ENROLLED = "enrolled", N_("Enrolled")
    IN_PROGRESS = "in_progress", N_("In progress")
    COMPLETED = "completed", N_("Completed")
    FAILED = "failed", N_("Failed")
    NO_SHOW = "no_show", N_("No show")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class SeatRelease(Word):
    """When a withdrawal returns its seat (R-SEAT-7)."""

    NEVER = "never", N_("Never")
    IF_NOT_STARTED = "if_not_started", N_("If not started")
    ALWAYS = "always", N_("Always")


class SeatStatus(Word):
    """What the seats of a contract are at the moment; together they are all of them, in this order (R-SEAT-10)."""

    USED = "used", N_("Used")
    RESERVED = "reserved", N_("Reserved")
    PENDING = "pending", N_("Pending")
    UNCOMMITTED = "uncommitted", N_("Uncommitted")
    EXPIRED_UNUSED = "expired_unused", N_("Expired unused")


class OverInvitation(Word):
    """What happens when more are invited than seats are free (R-INV-11)."""

    WARN = "warn", N_("Warn")
    BLOCK = "block", N_("Block")


class Role(Word):
    SUPER_ADMIN = "super_admin", N_("Super administrator")
    ADMINISTRATOR = "administrator", N_("Administrator")
    CONTRACT_ADMIN = "contract_admin", N_("Contract admin")
    MANAGER = "manager", N_("Manager")
    ANALYST = "analyst", N_("Analyst")


class AccountStatus(Word):
    """How somebody's account stands; the first that is true, from the last."""

    REGISTERED = "registered", N_("Registered")
    NOT_REGISTERED = "not_registered", N_("Not Registered")
    DEACTIVATED = "deactivated", N_("Deactivated")
    ERASED = "erased", N_("Erased")


class Privilege(Word):
    CONTRACTS = "contracts", N_("Contracts")
    PERSONAL_DATA = "personal_data", N_("Personal data")


class Action(Word):
    """What somebody may be allowed to do; rights.py says who (the roles table of RULES.md)."""

    MANAGE_CONTRACTS = "manage_contracts", N_("create, edit, archive and delete contracts")
    RUN_CONTRACT = "run_contract", N_("invite and manage the invitations of a contract")
    VIEW_CONTRACT = "view_contract", N_("see the seats, invitations and enrollments of a contract")
    VIEW_PEOPLE = "view_people", N_("see who the people of a contract are")
    MANAGE_PLACE = "manage_place", N_("manage people, roles and settings")


class LetterKind(Word):
    """What a letter tells. Those of an invitation are sent only while it still wants them."""

    INVITATION = "invitation", N_("Invitation")
    REMINDER = "reminder", N_("Reminder")
    REVOKED = "revoked", N_("Invitation revoked")
    WELCOME = "welcome", N_("Welcome")
    ADMIN_NAMED = "admin_named", N_("Contract admin named")
    PURCHASE = "purchase", N_("Purchase made")
    ALERT = "alert", N_("Alert")
    DIGEST = "digest", N_("Weekly digest")
    REPORT = "report", N_("Scheduled export")
    REPORT_FAILED = "report_failed", N_("Export that failed")


class LetterState(Word):
    """Where a letter is on its way (R-INV-14)."""

    QUEUED = "queued", N_("Queued")
    CLAIMED = "claimed", N_("Being sent")
    SENT = "sent", N_("Sent")
    DEFERRED = "deferred", N_("Will be tried again")
    FAILED = "failed", N_("Failed")
    CANCELLED = "cancelled", N_("Cancelled")


class AlertKind(Word):
    """What contract admins are told by itself, each threshold once (R-ANA-6)."""

    SEATS_USED = "seats_used", N_("Seats used, in per cent")
    ENDS_SOON = "ends_soon", N_("Days until the contract ends")
    SILENT = "silent", N_("Days without an answer to invitations")


class SeatReason(Word):
    """Why a seat was taken or came back: the `why` of a ledger row (R-SEAT-6)."""

    ENROLLED = "enrolled", N_("Enrolled")
    ACCEPTED = "accepted", N_("Accepted")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    DEALLOCATED = "deallocated", N_("De-allocated")


class Result(Word):
    """What became of one item of a bulk action, or of one row of a list."""

    INVITED = "invited", N_("Invited")
    INVITED_AGAIN = "invited_again", N_("Invited again after a revocation")
    SENT_AGAIN = "sent_again", N_("Sent again")
    ACTIVITIES_ADDED = "activities_added", N_("Activities added")
    ALREADY_INVITED = "already_invited", N_("Already invited")
    DUPLICATE = "duplicate_in_file", N_("Twice in the list")
    INVALID = "invalid", N_("Invalid address")
    REVOKED = "revoked", N_("Revoked")
    DEALLOCATED = "deallocated", N_("De-allocated")
    REMINDED = "reminded", N_("Reminded")
    TO_BE_TRIED = "to_be_tried", N_("Queued again")
    LETTER_CANCELLED = "letter_cancelled", N_("Letter cancelled")
    DIGEST_WRITTEN = "digest_written", N_("Weekly digest written")
    REDEEMED = "redeemed", N_("Accepted")
    ENROLLED = "enrolled", N_("Enrolled")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    CHANGED = "changed", N_("Changed")
    REFUSED = "refused", N_("Refused")


class Doing(Word):
    """What can be done with invitations that exist."""

    RESEND = "resend", N_("Resend")
    REVOKE = "revoke", N_("Revoke")
    REINVITE = "reinvite", N_("Invite again")
    ADD_ACTIVITIES = "add_activities", N_("Add activities")
    DEALLOCATE = "deallocate", N_("De-allocate")


class Event(Word):
    """One word for each verb that changes something (R-AUD-1)."""

    CONTRACT_CREATED = "contract_created", N_("Contract created")
    CONTRACT_EDITED = "contract_edited", N_("Contract edited")
    CONTRACT_RENAMED = "contract_renamed", N_("Contract renamed")
    CONTRACT_LETTERS_EDITED = "contract_letters_edited", N_("Letters of the contract edited")
    CONTRACT_DELETED = "contract_deleted", N_("Contract deleted")
    CONTRACT_ARCHIVED = "contract_archived", N_("Contract archived")
    CONTRACT_RESTORED = "contract_restored", N_("Contract restored")
    CONTRACT_RENEWED = "contract_renewed", N_("Contract renewed")
    CONTRACT_ADMIN_NAMED = "contract_admin_named", N_("Contract admin named")
    CONTRACT_ADMIN_REMOVED = "contract_admin_removed", N_("Contract admin removed")
    CONTRACT_ACTIVITIES_ADDED = "contract_activities_added", N_("Activities added to the contract")
    CONTRACT_ACTIVITY_REMOVED = "contract_activity_removed", N_("Activity removed from the contract")
    CODE_REGENERATED = "code_regenerated", N_("Invitation code regenerated")
    INVITATIONS_SENT = "invitations_sent", N_("Invitations sent")
    INVITATIONS_RESENT = "invitations_resent", N_("Invitations sent again")
    INVITATIONS_REVOKED = "invitations_revoked", N_("Invitations revoked")
    PREPARED_INVITATIONS_SENT = "prepared_invitations_sent", N_("Prepared invitations sent")
    INVITATION_ACTIVITIES_ADDED = "invitation_activities_added", N_("Activities added to invitations")
    CODE_REDEEMED = "code_redeemed", N_("Invitation code redeemed")
    INVITATION_ACCEPTED = "invitation_accepted", N_("Invitation accepted")
    SEATS_DEALLOCATED = "seats_deallocated", N_("Seats de-allocated")
    ENROLLED = "enrolled", N_("Enrolled")
    ENROLLMENT_CHANGED = "enrollment_changed", N_("Enrollment changed")
    ENROLLMENT_WITHDRAWN = "enrollment_withdrawn", N_("Enrollment withdrawn")
    ACTIVITY_CREATED = "activity_created", N_("Activity created")
    ACTIVITY_EDITED = "activity_edited", N_("Activity edited")
    ACTIVITY_DEACTIVATED = "activity_deactivated", N_("Activity deactivated")
    ACTIVITY_REACTIVATED = "activity_reactivated", N_("Activity reactivated")
    GROUP_CREATED = "group_created", N_("Group created")
    GROUP_RENAMED = "group_renamed", N_("Group renamed")
    GROUP_DELETED = "group_deleted", N_("Group deleted")
    PERSON_REGISTERED = "person_registered", N_("Person registered")
    PERSON_DEACTIVATED = "person_deactivated", N_("Account deactivated")
    PERSON_REACTIVATED = "person_reactivated", N_("Account reactivated")
    PERSON_ERASED = "person_erased", N_("Person erased")
    IDENTITY_UNLINKED = "identity_unlinked", N_("Sign-in unlinked")
    SESSIONS_ENDED = "sessions_ended", N_("Signed out everywhere")
    SIGNED_IN_FIRST = "signed_in_first", N_("Signed in for the first time")
    ROLE_GRANTED = "role_granted", N_("Role granted")
    ROLE_REVOKED = "role_revoked", N_("Role taken away")
    PRIVILEGE_REVOKED = "privilege_revoked", N_("Privilege taken away")
    ACTIVITIES_FED = "activities_fed", N_("Activities imported")
    USERS_FED = "users_fed", N_("Users imported")
    CONTRACT_FED = "contract_fed", N_("Contract imported")
    PURCHASED = "purchased", N_("Purchase")
    REMINDERS_WRITTEN = "reminders_written", N_("Reminders written")
    ALERTS_RAISED = "alerts_raised", N_("Alerts raised")
    DIGEST_WANTED = "digest_wanted", N_("Weekly digest turned on")
    DIGEST_STOPPED = "digest_stopped", N_("Weekly digest turned off")
    DIGEST_STOPPED_BY_LINK = "digest_stopped_by_link", N_("Weekly digest turned off by its link")
    DIGESTS_WRITTEN = "digests_written", N_("Weekly digests written")
    EXPORT_SAVED = "export_saved", N_("Export saved")
    EXPORT_RENAMED = "export_renamed", N_("Saved export renamed")
    EXPORT_CHANGED = "export_changed", N_("Saved export changed")
    EXPORT_DELETED = "export_deleted", N_("Saved export deleted")
    EXPORT_SCHEDULED = "export_scheduled", N_("Saved export scheduled")
    EXPORT_SCHEDULE_STOPPED = "export_schedule_stopped", N_("Schedule of a saved export stopped")
    EXPORT_ASKED_FOR = "export_asked_for", N_("Saved export to be made now")
    EXPORT_FILE_ASKED_FOR = "export_file_asked_for", N_("File of an export asked for")
    EXPORT_MADE = "export_made", N_("Export made")
    EXPORT_FAILED = "export_failed", N_("Export failed")
    LETTERS_RETRIED = "letters_retried", N_("Letters to be tried again")
    LETTERS_CANCELLED = "letters_cancelled", N_("Letters cancelled")
    ENROLLMENTS_FED = "enrollments_fed", N_("Enrollments imported")
    TOKEN_MADE = "token_made", N_("API token made")
    TOKEN_REVOKED = "token_revoked", N_("API token revoked")


UNREDEEMED = frozenset({InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED, InvitationStatus.EXPIRED})
REDEEMED = frozenset({InvitationStatus.ACCEPTED, InvitationStatus.ENROLLED})
LIVE = UNREDEEMED | REDEEMED
STARTED = frozenset({EnrollmentStatus.IN_PROGRESS, EnrollmentStatus.COMPLETED, EnrollmentStatus.FAILED})
OPEN_ENROLLMENTS = frozenset(
    {
        EnrollmentStatus.WAITLISTED,
        EnrollmentStatus.PENDING_APPROVAL,
        EnrollmentStatus.ENROLLED,
        EnrollmentStatus.IN_PROGRESS,
    }
)


def doings(contract_type: ContractType) -> list[Doing]:
    """What can be done with a type's invitations at all: activities are added to vouchers, seats taken back from unlimited."""
    only = {Doing.ADD_ACTIVITIES: ContractType.VOUCHER, Doing.DEALLOCATE: ContractType.UNLIMITED}
    return [doing for doing in Doing if only.get(doing, contract_type) is contract_type]
