"""Every reason for a no, with the sentence that says it. `str.format` fields are filled from the refusal's facts."""

from lc_core.language import N_
from lc_core.words import Word


class Reason(Word):
    # contracts
    NOT_FOUND = "not_found", N_("There is no such thing here, or you may not see it.")
    CODE_TAKEN = "code_taken", N_("Another contract already has this code.")
    CODE_MISSING = "code_missing", N_("A contract needs a code.")
    TITLE_MISSING = "title_missing", N_("A title is needed.")
    TOO_LONG_TEXT = "too_long_text", N_("The text is too long: at most {most} characters.")
    TYPE_IS_FIXED = "type_is_fixed", N_("The type of a contract cannot be changed after it was created.")
    SEATS_NEGATIVE = "seats_negative", N_("The number of seats cannot be below zero.")
    SEATS_BELOW_USED = "seats_below_used", N_("{used} seats are used, so the contract cannot have {seats}.")
    NUMBER_TOO_LARGE = "number_too_large", N_("The number is too large.")
    LIMIT_NEGATIVE = "limit_negative", N_("A limit cannot be below zero; 0 means no limit.")
    PERIOD_ENDS_BEFORE_START = "period_ends_before_start", N_("The last day lies before the first.")
    LIFE_TOO_SHORT = "life_too_short", N_("An invitation lives at least one day; leave it empty for no end.")
    REMINDER_TOO_SOON = (
        "reminder_too_soon",
        N_("A reminder comes after one day at the earliest, and there is at least one; leave the days empty for none."),
    )
    CONTRACT_NOT_STARTED = "contract_not_started", N_("The contract has not started yet.")
    CONTRACT_ENDED = "contract_ended", N_("The contract has ended.")
    CONTRACT_ARCHIVED = "contract_archived", N_("The contract is archived.")
    CONTRACT_IN_USE = "contract_in_use", N_("People have accepted or enrolled, so the contract can only be archived.")
    NOT_ARCHIVED = "not_archived", N_("The contract is not archived.")
    ALREADY_RENEWED = "already_renewed", N_("The contract was renewed already.")
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Somebody else changed this meanwhile. Look at it again, then repeat.")
    ADMIN_ALREADY_NAMED = "admin_already_named", N_("This person is already a contract admin here.")
    ADMIN_NOT_NAMED = "admin_not_named", N_("This person is not a contract admin here.")
    # purchases
    ORDER_MISSING = "order_missing", N_("A purchase needs an order id.")
    NOTHING_BOUGHT = "nothing_bought", N_("A purchase is of one seat at least.")
    DAYS_NEGATIVE = "days_negative", N_("The number of days cannot be below zero; 0 means no end.")
    ORDER_DELETED = "order_deleted", N_("This order is known already, and its contract was deleted.")
    ORDER_OF_ANOTHER = (
        "order_of_another",
        N_("This order is known already with another buyer, or the buyer has another address since."),
    )
    ORDER_OF_OTHER_ACTIVITY = "order_of_other_activity", N_("This order is known already with another activity.")
    # activities
    ACTIVITY_UNKNOWN = "unknown_activity", N_("There is no activity with this code.")
    ACTIVITY_CODE_TAKEN = "activity_code_taken", N_("Another activity already has this code.")
    ACTIVITY_NOT_IN_CONTRACT = "activity_not_in_contract", N_("The activity does not belong to the contract.")
    NO_ACTIVITIES = "no_activities", N_("The contract has no activities yet, so there is nothing to invite to.")
    NO_ACTIVITY_CHOSEN = "no_activity_chosen", N_("Choose at least one activity.")
    ACTIVITIES_COME_WITH_TYPE = (
        "activities_come_with_type",
        N_("Every invitation of this type covers all activities of the contract already."),
    )
    ACTIVITIES_ALREADY_COVERED = "activities_already_covered", N_("The invitation covers these activities already.")
    ACTIVITY_INACTIVE = "activity_inactive", N_("The activity is deactivated.")
    ACTIVITY_ACTIVE = "activity_active", N_("The activity is not deactivated.")
    GROUP_NAME_MISSING = "group_name_missing", N_("A group needs a name.")
    GROUP_NAME_TAKEN = "group_name_taken", N_("Another group already has this name.")
    GROUP_IN_USE = "group_in_use", N_("{n} contracts are in this group. Give them another one first.")
    # invitations
    IS_REVOKED = "is_revoked", N_("The invitation was revoked.")
    IS_DEALLOCATED = "is_deallocated", N_("The seat was de-allocated.")
    IS_REDEEMED = "is_redeemed", N_("The invitation is already accepted.")
    IS_ENROLLED = "is_enrolled", N_("The person is enrolled in at least one activity.")
    SEAT_MUST_BE_DEALLOCATED = (
        "seat_must_be_deallocated",
        N_("The invitation is accepted: de-allocate the seat instead."),
    )
    NOT_REVOKED = "not_revoked", N_("Only somebody whose invitation was revoked or de-allocated is invited again.")
    ALREADY_INVITED = "already_invited", N_("The person has a live invitation already.")
    ONLY_UNLIMITED = "only_unlimited", N_("Only seats of an unlimited contract can be de-allocated.")
    NOT_ACCEPTED = "not_accepted", N_("The invitation is not accepted, so it holds no seat.")
    LETTER_NOT_FAILED = "letter_not_failed", N_("Only a letter that failed or waits for another try is tried again.")
    LETTER_GOING = "letter_going", N_("The letter is just being sent.")
    LETTER_GONE = "letter_gone", N_("The letter was sent or cancelled already.")
    CANCELLED_BY_HAND = "cancelled_by_hand", N_("Somebody cancelled the letter.")
    SENT_AGAIN_SINCE = "sent_again_since", N_("The invitation was sent again since.")
    TOO_MANY_INVITED = (
        "too_many_invited",
        N_("The list asks for {wanted} seats and {free} are free. Nobody was invited; shorten the list by {over}."),
    )
    PERSON_ERASED = "person_erased", N_("This person's data were erased.")
    PERSON_DEACTIVATED = "person_deactivated", N_("This person's account is deactivated.")
    # the weekly digest
    DIGEST_NOT_FOR_YOU = "digest_not_for_you", N_("The weekly digest is for managers and contract admins.")
    DIGEST_NOT_WANTED = "digest_not_wanted", N_("This person does not want the weekly digest any more.")
    NOTHING_TO_TELL = "nothing_to_tell", N_("No contract that this person may see is running.")
    STOP_LINK_UNKNOWN = (
        "stop_link_unknown",
        N_("This link stops nothing here. Open the one in the newest letter, or turn the digest off under Seat usage."),
    )
    # redeeming and enrolling
    CODE_NOT_ACCEPTED = "code_not_accepted", N_("This code is not accepted. Check it, or ask who gave it to you.")
    TOO_MANY_ATTEMPTS = (
        "too_many_attempts",
        N_("Too many codes were tried. Nothing was entered; try again in {minutes} minutes."),
    )
    CODE_REQUIRED = "code_required", N_("This invitation needs its invitation code first.")
    ACCEPT_FIRST = "accept_first", N_("Accept the invitation first: that takes the seat.")
    INVITATION_EXPIRED = "invitation_expired", N_("The invitation has expired. Ask for it to be sent again.")
    NOT_INVITED = "not_invited", N_("You have no invitation to this.")
    ACTIVITY_NOT_COVERED = "activity_not_covered", N_("Your invitation does not cover this activity.")
    ALREADY_ENROLLED = "already_enrolled", N_("You are already enrolled in this activity.")
    PER_USER_LIMIT = "per_user_limit", N_("You have taken all {limit} activities that one person may take here.")
    NO_SEAT = "no_seat", N_("No seat is left on this contract.")
    ALREADY_WITHDRAWN = "already_withdrawn", N_("The enrollment is already withdrawn.")
    WITHDRAW_INSTEAD = "withdraw_instead", N_("Withdraw the enrollment instead: that settles its seat.")
    STATUS_UNCHANGED = "status_unchanged", N_("The enrollment has this status already.")
    # people
    UNKNOWN_PERSON = "unknown_person", N_("Nobody with this address is known here.")
    ROLE_NEEDS_CONTRACT = "role_needs_contract", N_("A contract admin is named on a contract: say which one.")
    ROLE_TAKES_NO_CONTRACT = "role_takes_no_contract", N_("This role holds everywhere: name no contract with it.")
    ROLE_NOT_HELD = "role_not_held", N_("This person does not have this role.")
    ROLE_ALREADY_HELD = "role_already_held", N_("This person has this role already.")
    PRIVILEGE_NOT_HELD = "privilege_not_held", N_("This person does not have this privilege.")
    LAST_SUPER_ADMIN = "last_super_admin", N_("The last super administrator cannot be removed.")
    OWN_ACCOUNT = "own_account", N_("Nobody does this to their own account: ask another super administrator.")
    ACCOUNT_ACTIVE = "account_active", N_("This person's account is not deactivated.")
    IDENTITY_NOT_LINKED = "identity_not_linked", N_("This person does not sign in with this account.")
    # signing in
    SIGN_IN_INCOMPLETE = (
        "sign_in_incomplete",
        N_("The sign-in service did not say who you are. Tell those who run it here."),
    )
    SIGN_IN_WITHOUT_EMAIL = (
        "sign_in_without_email",
        N_("The sign-in service told no usable e-mail address of yours. Add one there, then sign in again."),
    )
    EMAIL_NOT_VERIFIED = (
        "email_not_verified",
        N_("The sign-in service has not verified your e-mail address. Have it verified there, then sign in again."),
    )
    ACCOUNT_CLOSED = "account_closed", N_("Your account here is closed. Ask your administrator.")
    KNOWN_BY_ANOTHER_ACCOUNT = (
        "known_by_another_account",
        N_("Whoever has this e-mail address signs in with another account. Ask your administrator."),
    )
    # addresses and rows of files, in the order in which they are looked for
    ENCODING = "encoding", N_("Some bytes are no text in the file's encoding. Save the list as UTF-8 and try again.")
    CONTROL_CHARS = "control_chars", N_("The address holds invisible or control characters.")
    ROW_SHAPE = "row_shape", N_("The row has another number of cells than the header.")
    MISSING_EMAIL = "missing_email", N_("The address is missing.")
    MULTIPLE_ADDRESSES = "multiple_addresses", N_("There is more than one address in the cell.")
    FORMULA = "formula", N_("The cell begins like a formula.")
    TOO_LONG = "too_long", N_("The address is too long.")
    INVALID_EMAIL = "invalid_email", N_("This is not an e-mail address.")
    DUPLICATE_IN_FILE = "duplicate_in_file", N_("The address stands in the list already.")
    # lists of people to invite, refused as a whole
    EMPTY_FILE = "empty_file", N_("The file holds no address. Write one into each row and try again.")
    NO_EMAIL_COLUMN = (
        "no_email_column",
        N_("No column holds e-mail addresses, so nothing was read. Put them into a column headed email and try again."),
    )
    AMBIGUOUS_EMAIL_COLUMN = (
        "ambiguous_email_column",
        N_("The addresses might stand in any of the columns {columns}, so nothing was read. Head one of them email."),
    )
    NOT_CSV = (
        "not_csv",
        N_("This is another kind of file ({kind}), or a damaged one. Nothing was read. Save the list as CSV or XLSX."),
    )
    NUL_BYTES = "nul_bytes", N_("Line {line} holds a NUL byte, so nothing was read. Save the list as UTF-8 text.")
    MALFORMED_CSV = (
        "malformed_csv",
        N_("A quotation mark in the row of line {line} has no partner, so nothing was read. Correct it and try again."),
    )
    TOO_LARGE = (
        "too_large",
        N_(
            "The list has {actual} bytes (a workbook: unpacked) and may have {allowed}. Nothing was read. "
            "Divide it, or keep only the column with the addresses."
        ),
    )
    TOO_MANY_ROWS = (
        "too_many_rows",
        N_("The list has {actual} rows and may have {allowed}. Nothing was read. Divide it."),
    )
    # rows of feeds
    UNKNOWN_CONTRACT = "unknown_contract", N_("There is no contract with this code.")
    UNKNOWN_STATUS = "unknown_status", N_("There is no enrollment status of this name.")
    UNKNOWN_TYPE = "unknown_type", N_("There is no such type.")
    MISSING_VALUE = "missing_value", N_("A value that is needed is missing: {column}.")
    MISSING_DATE = "missing_date", N_("The date of enrollment is missing.")
    INVALID_DATE = "invalid_date", N_("This is not a date: {column}.")
    INVALID_NUMBER = "invalid_number", N_("This is not a whole number: {column}.")
    INVALID_YES_NO = "invalid_yes_no", N_("Yes or no is needed: {column}.")
    OUTSIDE_PERIOD = "outside_period", N_("The enrollment lies outside the contract's period.")
    DUPLICATE_KEY = "duplicate_key", N_("Another row of the file has the same key.")
    ADDRESS_OF_ANOTHER = "address_of_another", N_("The address belongs to another person.")
    MISSING_COLUMN = "missing_column", N_("The file has no column {column}.")
    UNREADABLE_FILE = "unreadable_file", N_("The file cannot be read: {why}.")
    NO_FEEDS = "no_feeds", N_("The folder holds none of the files {files}.")
    FEED_TWICE = "feed_twice", N_("The folder holds both {first} and {second}: keep one of them.")
    # insight
    QUESTION_TOO_SLOW = "question_too_slow", N_("This took too long and was stopped. Ask for less, or try again later.")
    COPY_UNAVAILABLE = "copy_unavailable", N_("These figures cannot be prepared at the moment. Try again later.")
    # saved exports
    EXPORT_NAME_MISSING = "export_name_missing", N_("A saved export needs a name.")
    EXPORT_NAME_TAKEN = "export_name_taken", N_("You have a saved export with this name already.")
    EXPORT_IMPOSSIBLE = (
        "export_impossible",
        N_("What is chosen cannot be exported any more. Choose it anew and save it."),
    )
    TOO_MANY_SAVED = "too_many_saved", N_("You have {most} saved exports, which is as many as there can be.")
    SCHEDULE_DAY = "schedule_day", N_("There is no such day: 1 to 31 of a month, or one of the seven days of a week.")
    TIME_ZONE_UNKNOWN = "time_zone_unknown", N_("There is no such time zone.")
    FOLDERS_NOT_OFFERED = (
        "folders_not_offered",
        N_("Files go to no folders here. Whoever runs the product can allow some (LC_EXPORT_FOLDERS)."),
    )
    FOLDER_NOT_ALLOWED = (
        "folder_not_allowed",
        N_("Files may go only into folders that are allowed here, and into folders in them."),
    )
    FOLDER_NAME_TAKEN = (
        "folder_name_taken",
        N_("Another saved export puts files of this name into this folder. Choose another name, or another folder."),
    )
    NOT_SCHEDULED = "not_scheduled", N_("The saved export has no schedule.")
    RUN_UNDER_WAY = "run_under_way", N_("The saved export is being made already.")
    RUN_NOT_YOURS = (
        "run_not_yours",
        N_("Whoever the export is of may not see what it tells any more, or it is there no more."),
    )
    TOO_MANY_FILES = (
        "too_many_files",
        N_("Several files are being made for you already. Wait until one of them is there."),
    )
    RIGHTS_CHANGED = "rights_changed", N_("Your rights have changed since this file was made. Make it anew.")
    RUN_BROKE = "run_broke", N_("The file could not be made.")
    RUN_FOLDER_BROKE = "run_folder_broke", N_("The file could not be put into the folder.")
    RUN_INTERRUPTED = "run_interrupted", N_("The file was begun several times, and each time it was cut off.")
    # usage reports
    CHROMIUM_MISSING = (
        "chromium_missing",
        N_(
            "A PDF is printed by Chromium, and there is none here. Install chromium or google-chrome, or take the HTML."
        ),
    )
    PDF_NOT_MADE = "pdf_not_made", N_("Chromium did not print the PDF. Try again later, or take the HTML.")
    # the HTTP API and its tokens
    SCOPE_NOT_FOR_ROLE = "scope_not_for_role", N_("This person's role has no use for a token of this scope.")
    TOKEN_LIFE = "token_life", N_("A token lives from 1 day to {most} days.")
    TOKEN_MISSING = "token_missing", N_("Send an API token: Authorization: Bearer lc_...")
    TOKEN_UNKNOWN = "token_unknown", N_("There is no such API token.")
    TOKEN_EXPIRED = "token_expired", N_("The API token has expired. Make a new one.")
    TOKEN_REVOKED = "token_revoked", N_("The API token was revoked.")
    TOKEN_OF_NOBODY = "token_of_nobody", N_("Whoever the API token acts for has no account here any more.")
    TOO_MANY_CALLS = "too_many_calls", N_("Too many calls with this token. Wait {seconds} seconds.")
    SCOPE_MISSING = "scope_missing", N_("The API token is not for this: it lacks the scope {scope}.")
    ROLE_CANNOT = "role_cannot", N_("The role of whoever the API token acts for is not for this.")
    NO_SUCH_ROUTE = "no_such_route", N_("There is nothing at this address. /api/v1/openapi.json tells what there is.")
    WRONG_METHOD = "wrong_method", N_("This address takes {methods}.")
    BODY_TOO_LARGE = "body_too_large", N_("The body may have {most} bytes and {parts} values. Divide it.")
    BODY_NOT_JSON = "body_not_json", N_("The body must be sent as application/json.")
    MALFORMED_JSON = "malformed_json", N_("The body is no JSON: {why}.")
    WRONG_REQUEST = "wrong_request", N_("The request does not say what is needed; errors tells where.")
    DATABASE_AWAY = (
        "database_away",
        N_("The database does not answer. Try again later; with the same idempotency key nothing is done twice."),
    )
    UNEXPECTED = "unexpected", N_("Something went wrong here. Those who run it find it in the log.")
    FILE_GONE = "file_gone", N_("The file has expired or was taken away.")
    # operations
    KEY_USED_OTHERWISE = "key_used_otherwise", N_("This operation key was used for something else.")
    DATABASE_NOT_EMPTY = (
        "database_not_empty",
        N_("The database is not empty; the demo is only played into an empty one."),
    )


PRECEDENCE = (
    Reason.ENCODING,
    Reason.CONTROL_CHARS,
    Reason.ROW_SHAPE,
    Reason.MISSING_EMAIL,
    Reason.MULTIPLE_ADDRESSES,
    Reason.FORMULA,
    Reason.TOO_LONG,
    Reason.INVALID_EMAIL,
    Reason.DUPLICATE_IN_FILE,
)
