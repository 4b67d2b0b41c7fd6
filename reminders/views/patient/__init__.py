"""Pages for patients, behind the links of their texts. No session, no cookie, no script."""
