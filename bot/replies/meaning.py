"""What members read of searching by meaning."""

NO_ENCODERS = (
    "I cannot compare pictures here: that takes encoders, which my operator has not put in place yet. Search by words "
    "instead."
)
BY_WORDS = "Looked for as words: searching by meaning takes encoders, which are not in place here yet."
