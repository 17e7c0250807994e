"""The HTTP API (`/api/v1`): doors for the LMS, the shop and scripts, each leading to the verb that the pages lead to."""
